// A whole session by the official TypeScript client: `node session.mjs TOOLS URL`; what it saw is printed as JSON.
import { createRequire } from "node:module";

const [tools, url] = process.argv.slice(2);
const require = createRequire(`${tools}/`);
const { Client } = require("@modelcontextprotocol/sdk/client/index.js");
const { StreamableHTTPClientTransport } = require("@modelcontextprotocol/sdk/client/streamableHttp.js");

const client = new Client({ name: "session", version: "1" });
await client.connect(new StreamableHTTPClientTransport(new URL(url)));
const call = (name, args, options) => client.callTool({ name, arguments: args }, undefined, options);
const seen = { tools: (await client.listTools()).tools.map((tool) => tool.name), progress: [] };
const created = await call("createimaginejob", { prompt: "a paper boat" });
const jobId = created.structuredContent.data.job_id;
const done = await call("waitforjob", { jobId }, { onprogress: ({ progress }) => seen.progress.push(progress) });
seen.status = done.structuredContent.status;
const link = done.content.find((block) => block.type === "resource_link");
seen.picture = (await client.readResource({ uri: link.uri })).contents[0].mimeType;
seen.upscale = (await call("createupscalejob", { job_id: jobId, index: 1 })).structuredContent.status;
seen.total = (await call("listjobs", {})).structuredContent.total;
seen.refusal = (await call("canceljob", { jobId })).content[0].text;
seen.unknown = await call("nope", {}).catch((error) => error.code);
seen.missing = await client.readResource({ uri: "http://127.0.0.1:1/x" }).catch((error) => error.code);
await client.close();
console.log(JSON.stringify(seen));
