// What the newcomer's walk does not press: a subscription changed, suspended, renewed and ended; a cycle closed by hand; a notice
// accepted, refused and taken back; a file of evidence; money paid out and undone; the palette by keyboard.

import assert from "node:assert/strict";
import { answer, press } from "./browser.mjs";

/** A small agreement whose credit is paid in money, and which says when somebody was watching. */
const TEXT = `---
id: ID
version: "VERSION"
title: Leased lines
title_zh: 专线
effective: 2026-01-01
zone: Asia/Shanghai
currency: CNY
rounding: half_up
provider: Polaris Cloud
amendment: mutual
---

# Leased lines · 专线

\`\`\`sla
cycle calendar month
plan copper | fibre
fact outage : span {}
fact coverage : span {}
fact fee : event { amount: money }
gaps count as up
level uptime = (length(cycle) - length(outage)) / length(cycle)
promise availability: uptime >= by plan { copper: 99%, fibre: 99.5% }
\`\`\`

## 1 Credit · 赔付

\`\`\`sla
remedy credit : service_credit
  when availability breached
  pays SHARE% of sum(amount of fee)
  at most 100% of sum(amount of fee)
  paid directly when true
claim credit
  closes cycle.until + 3000 days
  by "portal"
\`\`\`
`;

export const agreement = (id, version, share) => TEXT.replace("ID", id).replace("VERSION", version).replace("SHARE", share);

/** Fills a text into the editor, acknowledges what is to be acknowledged, and publishes it. */
export async function publishText(page, path, text, scripts) {
  await page.goto(path);
  if (scripts) {
    // The text is checked when somebody stops typing, and what was found is put into the page.
    await page.evaluate(() => {
      window.checked = new Promise((done) => document.addEventListener("htmx:after:swap", done, { once: true }));
    });
    await page.fill("#text", text);
    await page.evaluate(() => window.checked.then(() => {}));
  } else {
    await page.fill("#text", text);
    await press(page, page.locator('button[formaction$="/check"]'));
  }
  for (const box of await page.locator("#findings input[type=checkbox]").all()) await box.check();
  await press(page, page.locator("#editor button[type=submit]").last());
}

async function unfold(form) {
  const fold = form.locator("xpath=ancestor::details[1]");
  if (!(await fold.evaluate((it) => it.open))) await fold.locator("> summary").click();
}

/** One of the forms of a subscription. */
async function act(page, path, name, fill = async () => {}) {
  await page.goto(path);
  const form = page.locator(`form:has(input[name="act"][value="${name}"])`).first();
  await unfold(form);
  await fill(form);
  const reason = form.locator('[name="reason"]');
  if ((await reason.count()) > 0) await reason.fill("Because the walk presses everything ／ 走查逐一操作");
  await press(page, form.locator("button[type=submit]"));
  return page.locator("main").innerText();
}

export async function subscribe(page, base, customer, agreementId, id, fields) {
  await page.goto(`${base}/en/customers/${customer}/subscribe?agreement=${agreementId}`);
  for (const [name, value] of Object.entries({ id, ...fields })) await page.fill(`form.card [name="${name}"]`, value);
  await press(page, page.locator("form.card button[type=submit]"));
}

/** Evidence from a file, looked at before it is kept. */
async function upload(page, path, name, text) {
  await page.goto(`${path}/evidence/import`);
  await page.setInputFiles("#file", { name, mimeType: "text/csv", buffer: Buffer.from(text) });
  await press(page, page.locator("form.card button[type=submit]"));
  assert.equal(await page.locator("#errors").count(), 0, await page.locator("main").innerText());
  const again = page.locator("form.actions #file");
  if ((await again.count()) > 0) await again.setInputFiles({ name, mimeType: "text/csv", buffer: Buffer.from(text) });
  await press(page, page.locator("form.actions button[type=submit]"));
  assert.equal(await page.locator(".note.good").count() > 0, true, "the file is kept");
}

/** Another plan, suspended and served again, renewed, ended. */
export async function changeSubscription(page, path) {
  assert.match(await act(page, path, "plan", (form) => form.locator("#plan").selectOption("fibre")), /fibre/);
  assert.match(await act(page, path, "suspend"), /suspended/i);
  assert.doesNotMatch(await act(page, path, "resume"), /^suspended$/im);
  const until = `${new Date().getUTCFullYear() + 3}-01-01T00:00`;
  assert.match(await act(page, path, "renew", (form) => form.locator("#until").fill(until)), new RegExp(until.slice(0, 4)));
  assert.match(await act(page, path, "end"), /ended/i);
}

/** A cycle of a subscription; a worker puts it on record some time after that. */
async function cycle(page, path, month) {
  const found = page.locator("ul.list > li", { hasText: month }).first();
  for (let tries = 0; tries < 80; tries += 1) {
    await page.goto(path);
    if ((await found.count()) > 0) break;
    await page.waitForTimeout(250);
  }
  return found;
}

/** Closes a month, unless a worker has sealed it; it may do so while the page is looked at, and then the page tells that. */
export async function close(page, path, month) {
  const form = (await cycle(page, path, month)).locator('form:has(input[name="act"][value="close"])');
  if ((await form.count()) === 0) return;
  await unfold(form);
  const refused = await answer(page, form.locator("button[type=submit]"));
  if (refused) assert.match(refused, /sealed already/);
}

/** A cycle without any evidence waits for somebody who says that there will be none. */
export async function closeByHand(page, path) {
  const form = page.locator('form:has(input[name="act"][value="close"])').first();
  for (let tries = 0; tries < 40; tries += 1) {
    await page.goto(path);
    if ((await form.count()) > 0) break;
    await page.waitForTimeout(250);
  }
  await act(page, path, "close", (it) => it.locator("[name=accept]").fill("Nothing was recorded ／ 没有记录"));
  assert.match(page.url(), /\/statements\/stm_/);
}

/** Money is owed, paid out, and the payment undone. */
export async function payOut(page, theirs, finance, base, { customer, path, month }) {
  const rows = [
    "fact,id,at,from,until,amount",
    `fee,fee-cash,${month}-02T09:00:00+08:00,,,500.00 CNY`,
    `outage,out-cash,,${month}-05T00:00:00+08:00,${month}-07T00:00:00+08:00,`,
    `coverage,watch-1,,${month}-01T00:00:00+08:00,${month}-20T00:00:00+08:00,`,
  ];
  await upload(page, path, "month.csv", rows.join("\n"));
  await page.goto(`${path}/evidence?from=${month}-01T00:00&until=${month}-28T00:00`);
  assert.match(await page.locator(".lanes").innerText(), /not watched/, "gaps have a lane");
  await close(page, path, month);
  const home = `${base}/en/customers/${customer}`;
  for (let tries = 0; tries < 80; tries += 1) {
    await theirs.goto(home);
    if ((await theirs.locator('main a[href*="/claim?"]').count()) > 0) break;
    await theirs.waitForTimeout(250);
  }
  await press(theirs, theirs.locator('main a[href*="/claim?"]').first());
  for (const field of await theirs.locator('main textarea[name^="field-"]').all()) await field.fill("The line was down ／ 线路中断");
  await press(theirs, theirs.locator("form.card button[type=submit]").last());
  await finance.goto(theirs.url());
  await finance.fill("#reason", "The line was down.");
  await press(finance, finance.locator('button[name=act][value="accept"]'));
  const books = `${home}/vouchers`;
  const paid = await act(finance, books, "pay", (form) => form.locator("[name=reference]").fill(`transfer-${path.split("/").pop()}`));
  assert.match(paid, /50\.00 CNY/);
  const undone = await act(finance, books, "reverse");
  assert.match(undone, /undone|reversed/i);
}

/** Two subscriptions hear of a change: one agrees, the other does not; a further notice is taken back. */
export async function tellOfAChange(page, theirs, base, { id, customer, scripts }) {
  const notices = `${base}/en/agreements/${id}/notices`;
  const send = async () => {
    await page.goto(notices);
    await page.fill("#text", "The credit changes ／ 赔付变更");
    await press(page, page.locator("form.stack button[type=submit]"));
  };
  await publishText(page, `${base}/en/agreements/${id}/edit`, agreement(id, "2", "12"), scripts);
  await send();
  for (const answer of ["accept", "refuse"]) {
    await theirs.goto(`${base}/en/customers/${customer}/notices`);
    await press(theirs, theirs.locator('section[aria-labelledby="waiting"] a').first());
    await theirs.fill("[name=reason]", "We have read it ／ 已阅");
    await press(theirs, theirs.locator(`button[name=answer][value=${answer}]`));
  }
  await page.goto(notices);
  const said = await page.locator("main").innerText();
  assert.match(said, /accepted/i);
  assert.match(said, /refused|declined/i);
  await publishText(page, `${base}/en/agreements/${id}/edit`, agreement(id, "3", "14"), scripts);
  await send();
  await page.goto(notices);
  const withdraw = page.locator('form[action$="/withdraw"]').first();
  await unfold(withdraw);
  await press(page, withdraw.locator("button[type=submit]"));
  assert.match(await page.locator("main").innerText(), /withdrawn|taken back/i);
}

/** Finds a customer without the mouse. */
export async function findByKeyboard(page, base, customer) {
  await page.goto(`${base}/en/now`);
  await page.keyboard.press("/");
  await page.keyboard.type(customer, { delay: 20 });
  await page.locator("#palette a.result").first().waitFor();
  await page.keyboard.press("ArrowDown");
  await Promise.all([page.waitForURL((url) => url.pathname.includes(customer)), page.keyboard.press("Enter")]);
  await page.keyboard.press("?");
  await page.locator("#keys[open]").waitFor();
  await page.keyboard.press("Escape");
}

/** Somebody of the demonstration claims what nobody has claimed yet: two clicks from their first page. */
export async function claimInTwoClicks(page, base, customer) {
  await page.goto(`${base}/en/customers/${customer}`);
  await press(page, page.locator('main a.button[href*="/claim?"]').first());
  for (const field of await page.locator('main textarea[name^="field-"]').all()) await field.fill("As the statement says ／ 见结算单");
  await press(page, page.locator("form.card button[type=submit]").last());
  assert.match(page.url(), /\/claims\/clm_/);
}
