// What every script here needs: a browser, somebody signed in, and what a page complained about.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { chromium } from "playwright-core";

export const PASSWORD = "try it and see";

/** A browser of this machine. */
export async function launch() {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
}

/** Everything a page may not do: break the content policy, throw, or ask another host. */
export function listen(page, base, complaints) {
  page.on("console", (message) => {
    const text = message.text();
    const refused = /Failed to load resource: the server responded with a status of 4/.test(text);
    if (["error", "warning"].includes(message.type()) && !refused) complaints.push(`${page.url()}: ${text}`);
  });
  page.on("pageerror", (error) => complaints.push(`${page.url()}: ${error.message}`));
  page.on("request", (request) => {
    if (!request.url().startsWith(base) && !request.url().startsWith("data:")) {
      complaints.push(`${page.url()} asks ${request.url()}`);
    }
  });
}

/** Fills in the sign-in and waits for what comes after. */
export async function signIn(page, base, email, { password = PASSWORD, code = "", lang = "en" } = {}) {
  await page.goto(`${base}/${lang}/sign-in`);
  await page.fill("#email", email);
  await page.fill("#password", password);
  if (code) await page.fill("#code", code);
  await page.click("main button[type=submit]");
  await page.waitForURL((url) => !url.pathname.endsWith("/sign-in"));
}

/**
 * Presses a button that leads to a page and waits for that page, so that what was sent has been answered; what it says when it
 * was refused, and nothing otherwise.
 */
export async function answer(page, button) {
  await Promise.all([page.waitForNavigation(), button.click()]);
  const refused = page.locator("#refused");
  return (await refused.count()) > 0 ? refused.locator("xpath=..").innerText() : "";
}

/** Presses a button that leads to a page; the page may not say that it was refused. */
export async function press(page, button) {
  const refused = await answer(page, button);
  if (refused) assert.fail(`${page.url()}: ${refused}`);
}

/** The six digits an authenticator shows for a secret in base 32 at a time. */
export function totp(secret, at = Date.now()) {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret.replace(/[\s=]/g, "").toUpperCase()]
    .map((it) => alphabet.indexOf(it).toString(2).padStart(5, "0"))
    .join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((it) => Number.parseInt(it, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const mac = createHmac("sha1", key).update(counter).digest();
  const offset = mac[19] & 15;
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}
