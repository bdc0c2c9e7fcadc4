"""The MCP server itself: what it offers, and how each request becomes requests to the API."""

from typing import Any

from mcp import MCPError
from mcp.server import Server
from mcp.server.caching import CacheableMethod, CacheHint
from mcp.server.context import ServerRequestContext
from mcp_types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ListPromptsResult,
    ListResourcesResult,
    ListResourceTemplatesResult,
    ListToolsResult,
    PaginatedRequestParams,
    ReadResourceRequestParams,
    ReadResourceResult,
    TextContent,
    Tool,
    ToolAnnotations,
)
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from mjsim import __version__
from mjsim.mcp.operation import Operation, UnfitArgument, operations
from mjsim.mcp.pictures import NoSuchResource, Pictures
from mjsim.mcp.result import failure, links_of, refusal, success
from mjsim.mcp.upstream import Answer, NoAnswer, Upstream
from mjsim.mcp.waiting import is_running, wait, wait_operation

NAME = "midjourney-mcp"
"""The capability's namespace."""

INSTRUCTIONS = """Generates images with Midjourney. Work is done in jobs that take from seconds to minutes:
1. A create tool (createimaginejob, createupscalejob, createvariationjob, createdescribejob, createblendjob) answers at
   once with data.job_id; the pictures are not there yet.
2. waitforjob with that jobId waits, for a bounded time; call it again while the status is pending or in_progress.
   getjobstatus tells how the job stands without waiting.
3. A completed job has result.images (a grid first, then its images 1 to 4) as links that can be read as resources, or
   result.prompts for a describe job. A failed job has error.code and error.message.
Upscale and variation take the job_id of a completed grid and the index (1 to 4) of one of its images.
canceljob ends a job that is pending or in_progress; one that has ended cannot be cancelled.
An error says what to change; after 429, wait as long as Retry-After says."""

HOUR = 3_600_000
"""Milliseconds."""

_HINTS: dict[CacheableMethod, CacheHint] = {
    "tools/list": CacheHint(HOUR, "public"),
    "server/discover": CacheHint(HOUR, "public"),
    "resources/read": CacheHint(HOUR, "private"),
}
"""Tools never change while we run, and neither does a picture at its URL; lists of jobs do."""

RESOURCE_NOT_FOUND = -32002
"""What the revisions before 2026-07-28 call a resource that is not there; it is a parameter that is unfit since then."""

Context = ServerRequestContext[Any, Any]


def mcp_server(upstream: Upstream) -> Server[Any]:
    """A server of the SDK whose tools are the API's operations."""
    handlers = Handlers(upstream)
    server = Server[Any](
        NAME,
        version=__version__,
        title="Midjourney Image Generation API",
        instructions=INSTRUCTIONS,
        cache_hints=_HINTS,
        get_tool_input_schema=handlers.input_schema,
        on_list_tools=handlers.list_tools,
        on_call_tool=handlers.call_tool,
        on_list_resources=handlers.list_resources,
        on_list_resource_templates=handlers.list_resource_templates,
        on_read_resource=handlers.read_resource,
        on_list_prompts=handlers.list_prompts,
    )
    server.middleware.clear()  # the SDK's tracing: nothing here reports anywhere
    return server


class Handlers:
    """Answers the requests of MCP clients."""

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream
        self._pictures = Pictures(upstream)
        self._wait = wait_operation()
        self._operations = {**operations(), self._wait.name: self._wait}

    def input_schema(self, name: str) -> dict[str, Any] | None:
        """The schema of a tool's arguments, None where there is no such tool."""
        operation = self._operations.get(name)
        return None if operation is None else operation.input_schema

    async def list_tools(self, _context: Context, _params: PaginatedRequestParams | None) -> ListToolsResult:
        """All of them on one page."""
        return ListToolsResult(tools=[_tool(operation) for operation in self._operations.values()])

    async def call_tool(self, context: Context, params: CallToolRequestParams) -> CallToolResult:
        """What the API answers; `MCPError` where there is no such tool, an error result for whatever else is wrong."""
        operation = self._operations.get(params.name)
        if operation is None:
            known = ", ".join(self._operations)
            raise MCPError(INVALID_PARAMS, f"Unknown tool: {params.name[:100]!r}. There are {known}.")
        try:
            answer = await self._answer(operation, params.arguments or {}, context)
        except UnfitArgument as error:
            return failure(f"invalid_request: {error}")
        except NoAnswer as error:
            return failure(f"no_answer: {error}")
        if not answer.is_success:
            return refusal(answer)
        result = success(operation, answer, self._pictures.linked(links_of(answer.value)))
        if operation is self._wait and is_running(answer):
            result.content.append(TextContent(text="The job has not ended yet: call waitforjob again."))
        return result

    async def list_resources(self, context: Context, params: PaginatedRequestParams | None) -> ListResourcesResult:
        """The pictures of the latest jobs."""
        return await self._pictures.page(None if params is None else params.cursor, caller_token(context))

    async def list_resource_templates(
        self, _context: Context, _params: PaginatedRequestParams | None
    ) -> ListResourceTemplatesResult:
        """None: a picture's address is a result's to tell."""
        return ListResourceTemplatesResult(resource_templates=[])

    async def read_resource(self, context: Context, params: ReadResourceRequestParams) -> ReadResourceResult:
        """A picture; `MCPError` where there is none."""
        try:
            return await self._pictures.read(params.uri)
        except NoSuchResource:
            code = INVALID_PARAMS if context.protocol_version in MODERN_PROTOCOL_VERSIONS else RESOURCE_NOT_FOUND
            raise MCPError(code, "Resource not found", {"uri": params.uri}) from None

    async def list_prompts(self, _context: Context, _params: PaginatedRequestParams | None) -> ListPromptsResult:
        """None: hosts ask for the list whether or not there is one."""
        return ListPromptsResult(prompts=[])

    async def _answer(self, operation: Operation, arguments: dict[str, Any], context: Context) -> Answer:
        token = caller_token(context)
        if operation is not self._wait:
            return await self._upstream.ask(operation.request(arguments), token)

        async def report(progress: float, status: str) -> None:
            await context.session.report_progress(progress, 100, status)

        return await wait(self._upstream, operation, arguments, token, report)


def caller_token(context: Context) -> str | None:
    """The key that came with the HTTP request, if any: each client may be a tenant of its own."""
    if context.request is None:
        return None
    scheme, _, token = context.request.headers.get("authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def _tool(operation: Operation) -> Tool:
    hints = {f"{name}_hint": getattr(operation.hints, name) for name in operation.hints.__struct_fields__}
    return Tool(
        name=operation.name,
        title=operation.title,
        description=operation.description,
        input_schema=operation.input_schema,
        output_schema=operation.output_schema,
        annotations=ToolAnnotations(**hints),
    )
