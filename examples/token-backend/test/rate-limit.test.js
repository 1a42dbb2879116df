// The limit itself, in made-up time: how often, for whom, and with how much memory.

import assert from "node:assert/strict";
import { test } from "node:test";

import { addressOf, RateLimit } from "../rate-limit.js";

function clock() {
  const time = { ms: 0 };
  return { time, now: () => time.ms };
}

test("a bucket fills up again over a minute", () => {
  const { time, now } = clock();
  const limit = new RateLimit(6, { now });
  assert.deepEqual(
    Array.from({ length: 7 }, () => limit.take("a")),
    [0, 0, 0, 0, 0, 0, 10],
  );
  time.ms = 9_999;
  assert.equal(limit.take("a"), 1);
  time.ms = 10_000;
  assert.equal(limit.take("a"), 0);
  assert.equal(limit.take("a"), 10);
  time.ms = 10_000 + 60_000;
  assert.deepEqual(
    Array.from({ length: 7 }, () => limit.take("a")),
    [0, 0, 0, 0, 0, 0, 10],
  );
});

test("clients do not share", () => {
  const limit = new RateLimit(1, clock());
  assert.equal(limit.take("a"), 0);
  assert.equal(limit.take("b"), 0);
  assert.ok(limit.take("a") > 0);
});

test("memory is bounded: the client that has not asked for longest is forgotten first", () => {
  const limit = new RateLimit(1, { ...clock(), maxClients: 100 });
  assert.equal(limit.take("steady"), 0);
  for (let at = 0; at < 10_000; at++) {
    limit.take(`client ${at}`);
    assert.ok(limit.take("steady") > 0, "one who goes on asking is not forgotten");
    assert.ok(limit.size <= 100);
  }
});

test("a client that has not asked for a minute takes no memory", () => {
  const { time, now } = clock();
  const limit = new RateLimit(5, { now });
  for (let at = 0; at < 50; at++) limit.take(`client ${at}`);
  assert.equal(limit.size, 50);
  time.ms = 60_000;
  limit.take("another");
  assert.equal(limit.size, 1);
});

const of = (/** @type {string | undefined} */ forwarded, /** @type {string} */ remoteAddress, proxies = 0) =>
  addressOf(/** @type {any} */ ({ headers: { "x-forwarded-for": forwarded }, socket: { remoteAddress } }), proxies);

test("an address is believed as far as your own proxies wrote it", () => {
  assert.equal(of(undefined, "192.0.2.1"), "192.0.2.1");
  assert.equal(of("198.51.100.7", "192.0.2.1"), "192.0.2.1", "no proxy is trusted unless it is named");
  assert.equal(of("203.0.113.1, 198.51.100.7", "10.0.0.1", 1), "198.51.100.7");
  assert.equal(of("203.0.113.1, 198.51.100.7, 10.0.0.2", "10.0.0.1", 2), "198.51.100.7");
});

test("where fewer proxies wrote than there should be, nothing is believed", () => {
  assert.equal(of(undefined, "10.0.0.1", 1), undefined, "a request around the proxies");
  assert.equal(of(undefined, "10.0.0.1", 2), undefined);
  assert.equal(of("203.0.113.1", "10.0.0.1", 2), undefined, "what the client wrote itself");
  assert.equal(of("203.0.113.1, 198.51.100.7", "10.0.0.1", 10), undefined);
  assert.equal(of(" , ,", "10.0.0.1", 1), undefined);
});

const FORMS = [
  ["192.0.2.1", "192.0.2.1"],
  ["192.0.2.1:4711", "192.0.2.1"],
  ['"192.0.2.1:4711"', "192.0.2.1"],
  ['"192.0.2.1"', "192.0.2.1"],
  ["::ffff:192.0.2.1", "192.0.2.1"],
  ["::FFFF:c000:201", "192.0.2.1"],
  ["[::ffff:192.0.2.1]:4711", "192.0.2.1"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:DB8:1:2::9", "2001:db8:1:2::/64"],
  ["2001:0db8:0001:0002::9", "2001:db8:1:2::/64"],
  ["[2001:db8:1:2::9]", "2001:db8:1:2::/64"],
  ["[2001:db8:1:2::9]:4711", "2001:db8:1:2::/64"],
  ['"[2001:db8:1:2::9]:4711"', "2001:db8:1:2::/64"],
  ["2001:db8:1:2::192.0.2.1", "2001:db8:1:2::/64"],
  ["2001:db8::9", "2001:db8:0:0::/64"],
  ["2001:db8::", "2001:db8:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ["[fe80::1%eth0]:4711", "fe80:0:0:0::/64"],
  // No address: an obfuscated name, a host, too many numbers, a text as long as a header may be.
  ["unknown", undefined],
  ["_hidden", undefined],
  ["localhost", undefined],
  ["192.0.2.256", undefined],
  ["192.0.2.1:4711:1", undefined],
  ["[2001:db8::9", undefined],
  ["x".repeat(16_000), undefined],
];

for (const [entry = "", client] of FORMS) {
  test(`an entry of X-Forwarded-For: ${entry.slice(0, 40)}`, () => {
    assert.equal(of(entry, "10.0.0.1", 1), client);
  });
}
