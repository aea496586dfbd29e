// Plays Playwright for the two files of the README: start the web server of the configuration, wait until its URL
// responds, run a test in two workers, stop the server.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { disturb, left } from './disturb.mjs';

const { webServer } = (await import(`${process.cwd()}/playwright.config.mjs`)).default;
const { test } = await import(`${process.cwd()}/mock.mjs`);

const answers = async (url) => (await fetch(url).catch(() => null))?.ok;
assert.ok(!(await answers(webServer.url)), 'the port is free');
const server = spawn(webServer.command, { shell: true, detached: true, stdio: ['ignore', 'ignore', 'inherit'] });
const ended = once(server, 'exit');
try {
  while (!(await answers(webServer.url))) {
    assert.equal(server.exitCode, null, 'the command runs');
    await pause(50);
  }
  const groups = new URL('/service/platform/user/v1.0/company/559/application/64b000000000000000000001/user_group', webServer.url);
  let to = 'demo';
  const inWorker = async (parallelIndex) => {
    let headers;
    await test.given.extraHTTPHeaders({}, async (value) => { headers = value; }, { parallelIndex });
    const request = { post: (url) => fetch(url.replace('to=demo', `to=${to}`), { method: 'POST', headers }) };
    const listed = async () => (await (await fetch(groups, { headers })).json()).items;
    return { headers, listed, begin: () => Promise.all(test.hooks.map((hook) => hook({ request }))) };
  };
  const [first, second] = await Promise.all([inWorker(0), inWorker(1)]);
  await Promise.all([first.begin(), second.begin()]);
  const [group] = await first.listed();
  await fetch(`${groups}/${group._id}`, { method: 'DELETE', headers: first.headers });
  assert.notEqual((await first.listed())[0]._id, group._id);
  assert.equal((await second.listed())[0]._id, group._id, 'another worker does not see it');
  await first.begin();
  assert.equal((await first.listed())[0]._id, group._id, 'the next test starts from the seed');
  await disturb(webServer.url, first.headers);
  await first.begin();
  assert.deepEqual(await left(webServer.url, first.headers), [], 'the next test starts without what this one left');
  const snapshot = new URL('/__mock__/snapshots/prepared', webServer.url);
  await fetch(`${groups}/${group._id}`, { method: 'DELETE' });
  assert.ok((await fetch(snapshot, { method: 'PUT' })).ok);
  to = 'prepared';
  for (const worker of [first, second]) {
    await worker.begin();
    assert.notEqual((await worker.listed())[0]._id, group._id, 'what one session prepared is there for all');
  }
  to = 'nowhere';
  await assert.rejects(first.begin(), /nowhere/, 'a refused reset fails the test');
} finally {
  process.kill(-server.pid);
  await ended;
}
console.log('played');
