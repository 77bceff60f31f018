// The pictures of docs/pages.md, from the demonstration.
//
//   node shots.mjs URL FOLDER

import { mkdirSync } from "node:fs";
import { launch, press, signIn } from "./browser.mjs";

const [, , base, folder] = process.argv;
const OWNER = "owner@polaris.example";
const CUSTOMER = "it@northfield.example";
const SHOTS = [
  ["now", OWNER, "light", "/en/now"],
  ["agreement", OWNER, "light", "/en/agreements/mwe#clause-9"],
  ["subscription", OWNER, "dark", "/zh/customers/northfield-clinic/subscriptions/northfield-clinic-mwe"],
  ["statement", CUSTOMER, "light", "/en/customers/northfield-clinic/statements/"],
  ["portal", CUSTOMER, "dark", "/zh/customers/northfield-clinic"],
  ["status", null, "light", "/zh/status"],
];

mkdirSync(folder, { recursive: true });
const browser = await launch();
for (const [name, email, theme, path] of SHOTS) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, colorScheme: theme });
  const page = await context.newPage();
  if (email) await signIn(page, base, email);
  if (path.endsWith("/statements/")) {
    await page.goto(base + path.slice(0, -1));
    await press(page, page.locator('main a[href*="/statements/stm_"]').first());
  } else {
    await page.goto(base + path);
  }
  await page.screenshot({ path: `${folder}/${name}.png` });
  await context.close();
}
await browser.close();
