// A newcomer's walk through the pages, with scripts and without: an agreement is published, a customer subscribes, evidence
// comes in with a slip that is mended, a cycle closes, a figure is followed to its reason, the customer claims, finance decides,
// the voucher is there, the downloaded package is checked by the program itself, and a level moves while one looks.
//
//   node walk.mjs URL UPHELD        run in the project's folder

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as acts from "./acts.mjs";
import { launch, listen, press, signIn, totp } from "./browser.mjs";

const [, , base, upheld] = process.argv;
const complaints = [];
const browser = await launch();

/** The last whole month, as agreements name it. */
function lastMonth() {
  const now = new Date();
  const at = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 1));
  return at.toISOString().slice(0, 7);
}

/** A real agreement under a name of its own. */
function agreement(id) {
  return readFileSync("contracts/websoft9.md", "utf8").replace(/^id: .*$/m, `id: ${id}`);
}

async function open(javaScriptEnabled) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, javaScriptEnabled, acceptDownloads: true });
  const page = await context.newPage();
  listen(page, base, complaints);
  return page;
}

const heading = (page) => page.locator("main h1").first().innerText();
const submit = (page, within = "main form") => press(page, page.locator(`${within} button[type=submit]`).last());

async function setUpSecondFactor(page) {
  await page.goto(`${base}/en/me`);
  await press(page, page.locator('form[action$="/me/second-factor"] button'));
  const secret = (await page.locator("code.secret").innerText()).replace(/\s/g, "");
  await page.fill("#code", totp(secret));
  await submit(page);
  assert.equal(await page.locator("ol.codes li").count() >= 8, true, "recovery codes are shown once");
  return secret;
}

async function publish(page, id, scripts) {
  await page.goto(`${base}/en/agreements/new`);
  const text = agreement(id);
  await page.fill("#text", text.replace("cycle calendar month", "cycle calendar moon"));
  const check = async () => {
    if (scripts) return;
    await press(page, page.locator('button[formaction$="/check"]'));
  };
  await check();
  await page.locator("#findings .where, #findings section.bad").first().waitFor();
  await page.fill("#text", text);
  await check();
  const boxes = page.locator("#findings input[type=checkbox]");
  await boxes.first().waitFor();
  for (const box of await boxes.all()) await box.check();
  await page.locator("#editor button[type=submit]").last().click();
  await page.waitForURL((url) => url.pathname.endsWith(`/agreements/${id}`));
  assert.match(await page.locator("main").innerText(), /Response to tickets/);
}

async function subscribe(page, customer, id) {
  await page.goto(`${base}/en/customers`);
  const fold = page.locator("details.fold").last();
  if (!(await fold.evaluate((it) => it.open))) await fold.locator("summary").click();
  await page.fill("#name", `Walk ${customer}`);
  await page.fill("#id", customer);
  await submit(page, "details.fold form");
  await page.goto(`${base}/en/customers/${customer}/subscribe?agreement=${id}`);
  await page.selectOption("#plan", "standard");
  await page.fill("#since", `${lastMonth()}-01T00:00`);
  await page.fill("#id", `${customer}-sub`);
  await submit(page, "form.card");
}

async function sendEvidence(page, path, lines) {
  await page.goto(`${path}/evidence/import`);
  await page.fill("#text", lines.join("\n"));
  await submit(page, "form.card");
}

/** With a slip in the second line; it is told by its line, and mended. */
async function importWithASlip(page, path, month) {
  const fee = JSON.stringify({ fact: "fee", id: "fee-1", at: `${month}-02T09:00:00+08:00`, amount: "399.00 CNY" });
  const ticket = { fact: "ticket", id: "ticket-1", from: `${month}-09T09:00:00+08:00`, until: `${month}-09T13:30:00+08:00`, priority: "high", outage_related: true };
  await sendEvidence(page, path, [fee, JSON.stringify({ ...ticket, priority: "hihg" })]);
  const wrong = await page.locator("section[aria-labelledby=errors] ol.wrong").innerText();
  assert.match(wrong, /line 2/i, "the slip is told by its line");
  await sendEvidence(page, path, [fee, JSON.stringify(ticket)]);
  assert.equal(await page.locator("#errors").count(), 0, await page.locator("main").innerText());
  await submit(page, "form.actions");
  assert.equal(await page.locator(".note.good").count() > 0, true, "the evidence is in");
}

async function closeTheCycle(page, customer, place, month) {
  await acts.close(page, `${base}/en${place}`, month);
  await page.goto(`${base}/en/customers/${customer}/statements`);
  assert.match(await page.locator("main").innerText(), new RegExp(month), "the cycle has its statement");
}

/** The sealed statement: what is due leads to its calculation. */
async function followAFigure(page, customer) {
  await page.goto(`${base}/en/customers/${customer}/statements`);
  await press(page, page.locator('main a[href*="/statements/stm_"]').first());
  const link = page.locator('a.derived[href^="#why-"]:visible').first();
  const target = (await link.getAttribute("href")).slice(1);
  await link.click();
  const reason = page.locator(`#${target}`);
  if (!(await reason.evaluate((it) => it.closest("details").open))) await reason.locator("summary").first().click();
  await page.waitForFunction((id) => document.getElementById(id).getBoundingClientRect().height > 60, target);
  return page.url();
}

async function downloadAndVerify(page) {
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator('main a[href$="/package"]').first().click()]);
  const folder = mkdtempSync(join(tmpdir(), "upheld-walk-"));
  const file = join(folder, "package.tar");
  await download.saveAs(file);
  execFileSync("tar", ["-xf", file, "-C", folder]);
  const inside = execFileSync("ls", [folder], { encoding: "utf8" }).split("\n").find((it) => it && it !== "package.tar");
  const said = execFileSync(upheld, ["verify", join(folder, inside)], { encoding: "utf8" });
  assert.match(said, /the same|verified|ok/i, said);
}

async function inviteTheCustomer(page, customer, email, scripts) {
  await page.goto(`${base}/en/customers/${customer}/people`);
  await page.fill("#email", email);
  await page.selectOption("#role", "customer_admin");
  await press(page, page.locator('form[action$="/invite"] button[type=submit]'));
  const link = await page.locator("#secret").inputValue();
  const theirs = await open(scripts);
  await theirs.goto(link.startsWith("http") ? link.replace(/^https?:\/\/[^/]+/, base) : `${base}${link}`);
  await theirs.fill("#name", "Walker");
  await theirs.fill("#password", "a walk in the park");
  await submit(theirs);
  await signIn(theirs, base, email, { password: "a walk in the park" });
  return theirs;
}

/** Two clicks from the first page: claim, and send. */
async function claim(page, customer) {
  await page.goto(`${base}/en/customers/${customer}`);
  await press(page, page.locator(`main a.button[href*="/claim?"]`).first());
  for (const field of await page.locator('main textarea[name^="field-"]').all()) await field.fill("The ticket of the 9th, answered after four and a half hours.");
  await submit(page, "form.card");
  await page.waitForURL((url) => /\/claims\/clm_/.test(url.pathname));
  return new URL(page.url()).pathname;
}

async function accept(page, path) {
  await page.goto(`${base}${path}`);
  await page.fill("#reason", "The answer was late.");
  await press(page, page.locator('button[name=act][value="accept"]'));
  assert.match(await page.locator("main").innerText(), /accepted|settled/);
}

async function walk(scripts) {
  const name = scripts ? "walk" : "plain";
  const month = lastMonth();
  const customer = `${name}-customer`;
  const place = `/customers/${customer}/subscriptions/${customer}-sub`;
  const page = await open(scripts);
  const told = (what) => console.log(`${scripts ? "with scripts" : "without"}: ${what}`);

  // Whoever walks first sets up a second factor; the other walks without.
  await signIn(page, base, scripts ? "service@polaris.example" : "owner@polaris.example");
  if (scripts) {
    const secret = await setUpSecondFactor(page);
    await page.context().clearCookies();
    await signIn(page, base, "service@polaris.example", { code: totp(secret, Date.now() + 30_000) });
    told("signed in with a second factor");
  }
  await publish(page, name, scripts);
  told("an agreement is published");
  await subscribe(page, customer, name);
  await importWithASlip(page, `${base}/en${place}`, month);
  told("evidence is in, its slip mended");
  await closeTheCycle(page, customer, place, month);
  await followAFigure(page, customer);
  told("a figure leads to its reason");
  await downloadAndVerify(page);
  told("the package is verified");

  const owner = await open(scripts);
  await signIn(owner, base, "owner@polaris.example");
  const theirs = await inviteTheCustomer(owner, customer, `${name}@customer.example`, scripts);
  const path = await claim(theirs, customer);
  told("the customer has claimed");
  const finance = await open(scripts);
  await signIn(finance, base, "finance@polaris.example");
  await accept(finance, path);
  await theirs.goto(`${base}/en/customers/${customer}/vouchers`);
  assert.match(await theirs.locator("main").innerText(), /19\.95 CNY/);
  told("the voucher is there");
  assert.ok(await heading(theirs));
  await pressTheRest({ name, month, customer, scripts, told }, { owner, finance, theirs });
}

/** An outage that has just ended moves the level of a page that somebody looks at. */
async function watchALevelMove(page, path, scripts) {
  await page.goto(path);
  const level = () => page.locator("article.level, .level").allInnerTexts();
  const before = await level();
  const other = await page.context().newPage();
  listen(other, base, complaints);
  // Of this month, as the agreement's zone has it: what is looked at is the cycle in progress.
  const now = Date.now();
  const month = new Date(now + 8 * 3_600_000).toISOString().slice(0, 7);
  const begun = new Date(Math.max(now - 2 * 3_600_000, Date.parse(`${month}-01T00:00:00+08:00`))).toISOString();
  const outage = { fact: "outage", id: "outage-now", from: begun, until: new Date(now).toISOString() };
  await sendEvidence(other, path, [JSON.stringify(outage)]);
  await submit(other, "form.actions");
  assert.equal((await other.locator(".note.good").count()) > 0, true, "the outage is in");
  await other.close();
  if (!scripts) await page.reload();
  await page.waitForFunction(
    (was) => [...document.querySelectorAll("article.level, .level")].map((it) => it.innerText).join() !== was,
    before.join(),
    { timeout: 10_000 },
  ).catch(() => assert.fail("the level did not move"));
  assert.notDeepEqual(await level(), before);
}

/** What the way from the contract to the voucher does not press. */
async function pressTheRest({ name, month, customer, scripts, told }, { owner, finance, theirs }) {
  const id = `${name}-lines`;
  await acts.publishText(owner, `${base}/en/agreements/new`, acts.agreement(id, "1", "10"), scripts);
  const since = `${month}-01T00:00`;
  const until = `${new Date().getUTCFullYear() + 1}-12-31T00:00`;
  const at = (end) => `${base}/en/customers/${customer}/subscriptions/${id}-${end}`;
  await acts.subscribe(owner, base, customer, id, `${id}-a`, { since });
  await acts.subscribe(owner, base, customer, id, `${id}-b`, { since, until });
  await acts.closeByHand(owner, at("b"));
  told("a cycle without evidence is closed by hand");
  await watchALevelMove(owner, at("b"), scripts);
  told("a level moved");
  await acts.payOut(owner, theirs, finance, base, { customer, path: at("a"), month });
  told("a file is in, money is paid out, and that is undone");
  await acts.tellOfAChange(owner, theirs, base, { id, customer, scripts });
  told("a notice is accepted, refused, taken back");
  await acts.changeSubscription(owner, at("b"));
  told("a subscription is changed, suspended, resumed, renewed, ended");
  if (scripts) await acts.findByKeyboard(owner, base, customer);
  const [email, whose] = scripts ? ["dev@minle.example", "minle-bank"] : ["dev@qingniao.example", "qingniao-express"];
  const other = await open(scripts);
  await signIn(other, base, email);
  await acts.claimInTwoClicks(other, base, whose);
  told("a customer of the demonstration claims in two clicks");
}

try {
  await walk(true);
  await walk(false);
} finally {
  await browser.close();
}
for (const it of new Set(complaints)) console.error(it);
process.exit(complaints.length > 0 ? 1 : 0);
