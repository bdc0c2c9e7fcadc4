// Node's own fetch: creates, polls with a growing pause, and checks that the picture is one.
const base = process.env.MIDJOURNEY_BASE_URL;
const headers = { Authorization: `Bearer ${process.env.MIDJOURNEY_TOKEN}`, 'Content-Type': 'application/json' };
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

async function ask(method, path, body) {
  for (let attempt = 0; attempt < 3; attempt++) {
    const answer = await fetch(base + path, {
      method, headers, body: body && JSON.stringify(body), signal: AbortSignal.timeout(4000),
    });
    if (answer.status === 429 || answer.status >= 500) {
      await answer.arrayBuffer();
      const asked = Number(answer.headers.get('retry-after'));
      await sleep(asked > 0 ? asked * 1000 : 300 * 2 ** attempt);
      continue;
    }
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status}`);
    return answer.json();
  }
  throw new Error(`${method} ${path}: gave up`);
}

async function main() {
  const id = (await ask('POST', '/v1/imagine', { prompt: 'a fox in the snow', model_version: '7.0' }))?.data?.job_id;
  if (!id) throw new Error('no job id came');
  let job;
  for (let pause = 100, end = Date.now() + 6000; ; pause = Math.min(pause * 1.5, 1000)) {
    job = await ask('GET', `/v1/jobs/${encodeURIComponent(id)}`);
    if (['completed', 'failed', 'cancelled'].includes(job?.status)) break;
    if (Date.now() > end) throw new Error(`the job is still ${job?.status}`);
    await sleep(pause);
  }
  if (job.status !== 'completed') throw new Error(`the job is ${job.status}: ${job.error?.message ?? 'no reason given'}`);
  const image = (job.result?.images ?? []).find((each) => each.index === 1) ?? job.result?.images?.[0];
  if (!image?.url) throw new Error('the job has no picture');
  const picture = await fetch(image.url, { signal: AbortSignal.timeout(4000) });
  if (!picture.ok || !picture.headers.get('content-type')?.startsWith('image/')) throw new Error('that is no picture');
  console.log((await picture.arrayBuffer()).byteLength, 'bytes');
}

main().catch((error) => {
  console.error(`browser: ${error.message}`);
  process.exit(1);
});
