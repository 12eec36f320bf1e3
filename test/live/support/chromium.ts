// A real Chromium with a page in it, driven through its own protocol. It has no network, a profile of its own that is
// deleted after it, and is ended by its pid.
import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import connect from 'chrome-remote-interface';
import { until } from './wait.ts';

/** The first browser on PATH that speaks the protocol; null: there is none. */
export function findChromium(): string | null {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  const files = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return files.find(isExecutable) ?? null;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export interface ChromiumPage {
  /** The value of an expression in the page, or what its promise resolves to; rejects with what it throws there. */
  evaluate<T>(expression: string): Promise<T>;
  open(url: string): Promise<void>;
  /** From the next `open` on: how wide the window is, in pixels, and what the system prefers. */
  look(width: number, theme: 'light' | 'dark'): Promise<void>;
  /** A click of the mouse in the middle of what the selector finds. */
  click(selector: string): Promise<void>;
  press(
    key: 'Tab' | 'Enter' | 'Escape' | 'ArrowDown' | 'ArrowUp' | 'ArrowLeft' | 'ArrowRight',
  ): Promise<void>;
  type(text: string): Promise<void>;
  /** The whole page, however long, as PNG in base64; `scale` 0.5 is half as wide. */
  picture(scale: number): Promise<string>;
  /** Console messages, uncaught errors and violations of the page's policy since the start. */
  complaints: string[];
  /** URLs asked for since the start. */
  requests: string[];
  end(): Promise<void>;
}

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--host-resolver-rules=MAP * ~NOTFOUND',
  '--remote-debugging-address=127.0.0.1',
  '--remote-debugging-port=0',
  '--window-size=1280,800',
];
const KEY_CODES = {
  Tab: 9,
  Enter: 13,
  Escape: 27,
  ArrowLeft: 37,
  ArrowUp: 38,
  ArrowRight: 39,
  ArrowDown: 40,
};

export async function startChromium(binary: string): Promise<ChromiumPage> {
  const profile = mkdtempSync(join(tmpdir(), 'culprit-chromium-'));
  const child = spawn(binary, [...FLAGS, `--user-data-dir=${profile}`, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    // A group of its own, with all that it starts.
    detached: true,
  });
  try {
    const port = await debuggingPort(child);
    const client = await connect({ host: '127.0.0.1', port, local: true, target: await firstPage(port) });
    return await drive(client, () => endChromium(child, profile));
  } catch (error) {
    await endChromium(child, profile);
    throw error;
  }
}

async function debuggingPort(child: ChildProcess): Promise<number> {
  let said = '';
  child.stderr!.setEncoding('utf8').on('data', (chunk: string) => {
    said = (said + chunk).slice(-64 * 1024);
  });
  const match = await until(`Chromium opens a port; it said ${said}`, () => {
    if (child.exitCode !== null) throw new Error(`Chromium ended with ${child.exitCode}:\n${said}`);
    return /DevTools listening on ws:\/\/127\.0\.0\.1:(\d+)\//.exec(said);
  });
  return Number(match[1]);
}

async function firstPage(port: number): Promise<string> {
  const page = await until('Chromium shows a page', async () =>
    (await connect.List({ host: '127.0.0.1', port })).find(({ type }) => type === 'page'),
  );
  return page.webSocketDebuggerUrl;
}

async function endChromium(child: ChildProcess, profile: string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
    await ended;
    clearTimeout(timer);
  }
  try {
    // Those that outlive it would go on writing to the profile.
    process.kill(-child.pid!, 'SIGKILL');
  } catch {
    // None does.
  }
  rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
}

async function drive(client: connect.Client, endBrowser: () => Promise<void>): Promise<ChromiumPage> {
  const { Page, Runtime, Network, Log, Input, Emulation } = client;
  const complaints: string[] = [];
  const requests: string[] = [];
  Network.requestWillBeSent(({ request }) => requests.push(request.url));
  Log.entryAdded(({ entry }) => complaints.push(`${entry.level}: ${entry.text}`));
  Runtime.exceptionThrown(({ exceptionDetails }) =>
    complaints.push(exceptionDetails.exception?.description ?? exceptionDetails.text),
  );
  Runtime.consoleAPICalled(({ type, args }) =>
    complaints.push(`console.${type}: ${args.map(({ value }) => value).join(' ')}`),
  );
  Page.javascriptDialogOpening(({ message }) => {
    complaints.push(`dialog: ${message}`);
    void Page.handleJavaScriptDialog({ accept: true });
  });
  await Promise.all([Page.enable(), Runtime.enable(), Network.enable({}), Log.enable()]);

  async function evaluate<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = await Runtime.evaluate({
      expression,
      returnByValue: true,
      awaitPromise: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value as T;
  }

  return {
    evaluate,
    complaints,
    requests,
    async open(url) {
      const loaded = Page.loadEventFired();
      await Page.navigate({ url });
      await loaded;
    },
    async look(width, theme) {
      await Emulation.setEmulatedMedia({ features: [{ name: 'prefers-color-scheme', value: theme }] });
      const shape = { width, height: 900, deviceScaleFactor: 1, mobile: false };
      await Emulation.setDeviceMetricsOverride(shape);
    },
    async click(selector) {
      const middle = await evaluate<{ x: number; y: number } | null>(`(() => {
        const element = document.querySelector(${JSON.stringify(selector)});
        element?.scrollIntoView({ block: 'nearest' });
        const box = element?.getBoundingClientRect();
        return box ? { x: box.left + box.width / 2, y: box.top + box.height / 2 } : null;
      })()`);
      if (!middle) throw new Error(`There is no ${selector} to click.`);
      const mouse = { ...middle, button: 'left' as const, clickCount: 1 };
      await Input.dispatchMouseEvent({ ...mouse, type: 'mousePressed' });
      await Input.dispatchMouseEvent({ ...mouse, type: 'mouseReleased' });
    },
    async press(key) {
      const event = { key, code: key, windowsVirtualKeyCode: KEY_CODES[key] };
      await Input.dispatchKeyEvent({ ...event, type: 'keyDown', ...(key === 'Enter' && { text: '\r' }) });
      await Input.dispatchKeyEvent({ ...event, type: 'keyUp' });
    },
    type: (text) => Input.insertText({ text }),
    async picture(scale) {
      const { width, height } = await evaluate<{ width: number; height: number }>(
        '({ width: innerWidth, height: document.documentElement.scrollHeight })',
      );
      const { data } = await Page.captureScreenshot({
        format: 'png',
        captureBeyondViewport: true,
        clip: { x: 0, y: 0, width, height, scale },
      });
      return data;
    },
    async end() {
      await client.close();
      await endBrowser();
    },
  };
}
