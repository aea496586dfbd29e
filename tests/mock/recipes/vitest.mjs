// Plays Vitest for a global set-up: call it with a project that provides values, and call the returned teardown.
import assert from 'node:assert/strict';

const { default: setup } = await import(`${process.cwd()}/mock.setup.mjs`);
const provided = {};
const teardown = await setup({ provide: (name, value) => { provided[name] = value; } });
const url = provided.audienceMock;
assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/);
assert.ok((await fetch(`${url}/openapi.json`)).ok);
await teardown();
await assert.rejects(fetch(`${url}/openapi.json`));
console.log('provided');
