// A correct receiver on Node alone: it verifies raw bytes, acknowledges, and keeps states that never go back.
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const key = Buffer.from(process.env.WEBHOOK_SECRET.slice("whsec_".length), "base64");
const ranks = { pending: 0, in_progress: 1, completed: 2, failed: 2, cancelled: 2 };
const seen = new Set();
const states = new Map();
let effects = 0;

function verified(headers, body) {
  const { "webhook-id": id, "webhook-timestamp": stamp, "webhook-signature": signatures } = headers;
  if (!id || !/^[0-9]{1,12}$/.test(stamp ?? "") || Math.abs(Date.now() / 1000 - Number(stamp)) > 300) return false;
  const expected = createHmac("sha256", key).update(`${id}.${stamp}.`).update(body).digest();
  return (signatures ?? "").split(" ").some((token) => {
    const [version, text] = token.split(",", 2);
    const given = Buffer.from(text ?? "", "base64");
    return version === "v1" && given.length === expected.length && timingSafeEqual(given, expected);
  });
}

function handle(headers, body) {
  if (!verified(headers, body)) return 401;
  let event;
  try {
    event = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    return 400;
  }
  if (typeof event !== "object" || event === null || !event.job_id) return 422;
  if (seen.has(headers["webhook-id"])) return 200;
  seen.add(headers["webhook-id"]);
  if ((ranks[event.status] ?? -1) >= (ranks[states.get(event.job_id)] ?? 0)) states.set(event.job_id, event.status);
  if (event.event === "job.completed") effects += 1;
  return 204;
}

const server = createServer((request, response) => {
  if (request.method !== "POST") {
    response.end(JSON.stringify({ effects, states: Object.fromEntries(states) }));
    return;
  }
  const pieces = [];
  request.on("error", () => {});
  request.on("data", (piece) => pieces.push(piece));
  request.on("end", () => response.writeHead(handle(request.headers, Buffer.concat(pieces))).end());
});
server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}/hook`));
