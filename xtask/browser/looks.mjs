// Follows every link of the console, the portal and the status page, and looks at one page of each shape in both languages and
// both themes: no dead link, no fault, nothing axe finds, nothing the content policy stops, no page that scrolls sideways.
//
//   node looks.mjs URL FOLDER      screenshots go to FOLDER

import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { launch, listen, signIn } from "./browser.mjs";

const [, , base, folder] = process.argv;
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const PEOPLE = ["owner@polaris.example", "it@northfield.example", "it@huayue.example", "dev@qingniao.example", null];
const WIDTHS = [360, 768, 1440];
/** Pages of one shape that are followed for further links. */
const SAME_SHAPE_MAX = 3;
const BYTES_MAX = 60_000;
const REQUESTS_MAX = 8;

mkdirSync(folder, { recursive: true });
const complaints = [];
const browser = await launch();
const seen = new Map();

/** The path with what names one thing taken out. */
function shape(path) {
  const [bare] = path.split("?");
  return bare
    .replace(/\/(customers|agreements|subscriptions|statements|claims|vouchers|versions|notices|attestations|files|maintenance|records|transactions|decisions|status|log)\/(?!new|api|entries|people)[^/]+/g, "/$1/…")
    .replace(/\/…\/(\d[^/]*|[a-z]+_[0-9a-z]{20,})/g, "/…/…");
}

async function session(email, options) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  listen(page, base, complaints);
  if (email) await signIn(page, base, email);
  return { context, page };
}

/** Every page somebody can reach by links, one of each shape for looking at, a few more for following. */
async function crawl(email) {
  const { context, page } = await session(email);
  const queue = [email ? "/en" : "/en/status"];
  const asked = new Set(queue);
  const shapes = new Map();
  while (queue.length > 0) {
    const path = queue.shift();
    const response = await context.request.get(base + path);
    if (response.status() >= 400) complaints.push(`${email}: ${path} answers ${response.status()}`);
    if (!(response.headers()["content-type"] ?? "").startsWith("text/html")) continue;
    const landed = new URL(response.url()).pathname + new URL(response.url()).search;
    const kind = shape(landed);
    const count = (shapes.get(kind)?.count ?? 0) + 1;
    shapes.set(kind, { count, path: shapes.get(kind)?.path ?? landed });
    if (count > SAME_SHAPE_MAX) continue;
    const html = await response.text();
    for (const [, href] of html.matchAll(/<a\b[^>]*\shref="([^"#]+)/g)) {
      const to = href.replaceAll("&amp;", "&");
      if (!to.startsWith("/en") || asked.has(to)) continue;
      const of = shapes.get(shape(to));
      if (of && of.count >= SAME_SHAPE_MAX) continue;
      asked.add(to);
      queue.push(to);
    }
  }
  await page.close();
  await context.close();
  return [...shapes.values()].map((it) => it.path);
}

/** Bytes and requests of a page nobody has opened before. */
async function weigh(email, path) {
  const { context, page } = await session(email);
  const fresh = await browser.newContext({ storageState: await context.storageState() });
  const cold = await fresh.newPage();
  const network = await fresh.newCDPSession(cold);
  await network.send("Network.enable");
  let bytes = 0;
  let requests = 0;
  let first = 0;
  network.on("Network.loadingFinished", (it) => {
    bytes += it.encodedDataLength;
    first ||= it.encodedDataLength;
    requests += 1;
  });
  await cold.goto(base + path, { waitUntil: "load" });
  await cold.waitForTimeout(300);
  await page.close();
  await context.close();
  await fresh.close();
  return { path, bytes, requests, first };
}

async function look(email, paths) {
  for (const theme of ["light", "dark"]) {
    const { context, page } = await session(email, { colorScheme: theme });
    for (const path of paths) {
      for (const lang of ["en", "zh"]) {
        const to = path.replace(/^\/en/, `/${lang}`);
        await page.setViewportSize({ width: 1440, height: 900 });
        await page.goto(base + to);
        await page.evaluate(AXE);
        const found = await page.evaluate(async () => (await axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })).violations);
        for (const it of found) {
          const where = it.nodes.slice(0, 2).map((node) => node.target.join(" ")).join(" | ");
          complaints.push(`axe: ${theme} ${to}: ${it.id}: ${it.help}: ${where}`);
        }
        for (const width of WIDTHS) {
          await page.setViewportSize({ width, height: 900 });
          const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          if (over > 0) complaints.push(`${to} at ${width} px is ${over} px too wide`);
          const who = (email ?? "public").split(/[@.]/)[1] ?? "public";
          const name = `${who}${shape(to).replaceAll("/", "-").replaceAll("…", "x")}-${theme}-${width}.png`;
          if (lang === "en" ? theme === "light" : width === 1440) await page.screenshot({ path: `${folder}/${name}`, fullPage: true });
        }
      }
    }
    await context.close();
  }
}

let pages = 0;
for (const email of PEOPLE) {
  const all = await crawl(email);
  const fresh = all.filter((it) => !seen.has(`${email === null}${email?.includes("polaris")}${shape(it)}`));
  for (const it of fresh) seen.set(`${email === null}${email?.includes("polaris")}${shape(it)}`, it);
  await look(email, fresh);
  pages += fresh.length;
  console.log(`${email ?? "nobody signed in"}: ${fresh.length} shapes of pages looked at`);
}
for (const path of ["/en/now", "/zh/now", "/en/customers", "/en/claims", "/en/status"]) {
  const it = await weigh("owner@polaris.example", path);
  console.log(`${it.path}: ${it.bytes} bytes, ${it.requests} requests, the page itself ${it.first}`);
  if (it.bytes > BYTES_MAX) complaints.push(`${it.path} takes ${it.bytes} bytes`);
  if (it.requests > REQUESTS_MAX) complaints.push(`${it.path} takes ${it.requests} requests`);
}
await browser.close();
for (const it of [...new Set(complaints)]) console.error(it);
console.log(`${pages} shapes of pages, 2 languages, 2 themes, 3 widths: ${new Set(complaints).size} complaints`);
process.exit(complaints.length > 0 ? 1 : 0);
