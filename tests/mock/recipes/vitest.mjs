// Plays Vitest for a global set-up: call it with a project that provides values, and call the returned teardown.
import assert from 'node:assert/strict';

const { default: setup } = await import(`${process.cwd()}/mock.setup.mjs`);
const provided = {};
const teardown = await setup({ provide: (name, value) => { provided[name] = value; } });
const url = provided.audienceMock;
assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/);
assert.ok((await fetch(`${url}/openapi.json`)).ok);
const tags = `${url}/service/platform/user/v1.0/company/559/application/64b000000000000000000001/user_group/tags`;
const slow = fetch(tags, { headers: { Prefer: 'delay=60000' } });
await new Promise((resolve) => setTimeout(resolve, 300));
const begun = performance.now();
await teardown();
assert.ok(performance.now() - begun < 20000, 'teardown waits for a delayed response');
assert.equal((await slow).status, 200);
await assert.rejects(fetch(`${url}/openapi.json`));
console.log('provided');
