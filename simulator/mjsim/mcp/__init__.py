"""The MCP capability: the operations of the API as tools, in front of any server of it, which is reached by HTTP alone.

Only `endpoint`, `handlers`, `result`, `pictures`, `gate` and `stdio` import the SDK. It costs half a second and 40 MB,
so `listener` loads them when the first client comes, and nothing else does.
"""
