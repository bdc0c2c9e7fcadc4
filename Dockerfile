# syntax=docker/dockerfile:1
# Two stages: the first builds the wheel, the second holds it and nothing that was needed to build it.
FROM python:3.13-slim AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE constraints.txt ./
COPY simulator simulator
COPY contracts contracts
COPY openapi openapi
RUN pip wheel --no-cache-dir --constraint constraints.txt --wheel-dir /wheels '.[mcp]'

FROM python:3.13-slim
RUN useradd --create-home --uid 10001 mjsim
RUN --mount=type=bind,from=build,source=/wheels,target=/wheels \
    pip install --no-cache-dir --no-compile --no-index --find-links /wheels 'mjsim[mcp]'
USER mjsim
WORKDIR /home/mjsim
# 8080 is the REST API, 9090 the MCP tools.
EXPOSE 8080 9090
HEALTHCHECK --interval=10s --timeout=5s --start-period=5s CMD ["mjsim", "health"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["mjsim"]
# Inside a container only 0.0.0.0 can be reached from outside; publish the port on 127.0.0.1.
CMD ["serve", "--host", "0.0.0.0"]
