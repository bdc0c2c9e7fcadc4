// Node's own fetch: creates, polls with a growing pause, and checks that the picture is one.
const base = `${process.env.MIDJOURNEY_BASE_URL}/api/v1/mj`;
const headers = { Authorization: `Bearer ${process.env.MIDJOURNEY_TOKEN}`, 'Content-Type': 'application/json' };
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

async function ask(method, path, body) {
  for (let attempt = 0; attempt < 3; attempt++) {
    const answer = await fetch(`${base}/${path}`, {
      method, headers, body: body && JSON.stringify(body), signal: AbortSignal.timeout(4000),
    });
    const envelope = answer.status === 200 ? await answer.json() : await answer.text();
    const code = answer.status === 200 ? Number(envelope?.code) : answer.status;
    if (code === 200) return envelope.data;
    if (![429, 455, 500, 502, 503].includes(code)) throw new Error(`${method} ${path}: ${code} ${envelope?.msg ?? ''}`);
    const asked = Number(answer.headers.get('retry-after'));
    await sleep(asked > 0 ? asked * 1000 : 300 * 2 ** attempt);
  }
  throw new Error(`${method} ${path}: gave up`);
}

async function main() {
  const task = (await ask('POST', 'generate', {
    taskType: 'mj_txt2img', prompt: 'a fox in the snow', speed: 'fast', aspectRatio: '1:1', enableTranslation: false,
  }))?.taskId;
  if (!task) throw new Error('no task id came');
  let record;
  for (let pause = 100, end = Date.now() + 6000; ; pause = Math.min(pause * 1.5, 1000)) {
    record = await ask('GET', `record-info?taskId=${encodeURIComponent(task)}`);
    if (record?.successFlag !== 0) break;
    if (Date.now() > end) throw new Error('the task goes on and on');
    await sleep(pause);
  }
  if (record?.successFlag !== 1) throw new Error(`the task failed: ${record?.errorMessage ?? 'no reason given'}`);
  const url = record.resultInfoJson?.resultUrls?.[0]?.resultUrl;
  if (!url) throw new Error('the task has no picture');
  const picture = await fetch(url, { signal: AbortSignal.timeout(4000) });
  if (!picture.ok || !picture.headers.get('content-type')?.startsWith('image/')) throw new Error('that is no picture');
  console.log((await picture.arrayBuffer()).byteLength, 'bytes');
}

main().catch((error) => {
  console.error(`browser: ${error.message}`);
  process.exit(1);
});
