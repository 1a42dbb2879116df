import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { Scheduler } from "../src/scheduler.js";
import { document, nextFrame, openPage } from "./page.js";

let leavePage = (): void => undefined;

beforeEach(() => {
  leavePage = openPage();
  mock.timers.enable({ apis: ["setTimeout"] });
});

afterEach(() => {
  mock.timers.reset();
  leavePage();
});

function counted(): { scheduler: Scheduler; told: () => number; off: () => void } {
  const scheduler = new Scheduler();
  let count = 0;
  const off = scheduler.add(() => (count += 1));
  return { scheduler, told: () => count, off };
}

test("a thousand changes are told once, in the next frame", () => {
  const { scheduler, told } = counted();
  for (let change = 0; change < 1_000; change++) scheduler.request();
  assert.equal(told(), 0);
  nextFrame();
  assert.equal(told(), 1);
  nextFrame();
  mock.timers.tick(10_000);
  assert.equal(told(), 1);
});

test("a change that a subscriber causes is told in the frame after", () => {
  const scheduler = new Scheduler();
  let count = 0;
  scheduler.add(() => {
    count += 1;
    if (count < 3) scheduler.request();
  });
  scheduler.request();
  nextFrame();
  assert.equal(count, 1);
  nextFrame();
  assert.equal(count, 2);
});

test("a hidden page is told by a timer", () => {
  document.hidden = true;
  const { scheduler, told } = counted();
  scheduler.request();
  scheduler.request();
  mock.timers.tick(1);
  assert.equal(told(), 1);
  assert.equal(nextFrame(), 0);
});

test("a page that is hidden before the frame comes is told all the same", () => {
  const { scheduler, told } = counted();
  scheduler.request();
  document.hidden = true;
  mock.timers.tick(250);
  assert.equal(told(), 1);
  assert.equal(nextFrame(), 0);
});

test("nobody is told after unsubscribing", () => {
  const { scheduler, told, off } = counted();
  scheduler.request();
  off();
  nextFrame();
  assert.equal(told(), 0);
  scheduler.request();
  assert.equal(nextFrame(), 0);
});

test("a subscriber that throws harms no other", () => {
  const scheduler = new Scheduler();
  const reported: unknown[] = [];
  mock.method(console, "error", (...args: unknown[]) => reported.push(args[1]));
  let told = 0;
  const thrown = new Error("mine");
  scheduler.add(() => {
    throw thrown;
  });
  scheduler.add(() => (told += 1));
  scheduler.request();
  nextFrame();
  assert.equal(told, 1);
  mock.timers.tick(1);
  assert.deepEqual(reported, [thrown]);
  mock.restoreAll();
});
