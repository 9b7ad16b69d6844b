// The guide on plain HTTP, from a browser that has never heard of the box to the box's page.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { launch, launchOwn, readStoreAgain, skip as skipChromium } from './harness/chromium.js'
import { skip as skipFirefox } from './harness/firefox.js'
import { look } from './harness/look.js'
import { Firefox } from './harness/marionette.js'
import { ARTIFACTS, Porch } from './harness/porch.js'
import { program, unless } from './harness/present.js'
import { trust } from './harness/trust.js'

const DEVICES = ['ios', 'android', 'android-firefox', 'windows', 'mac', 'linux', 'firefox', 'chromeos']
const ZBAR = program('zbarimg')
/** The guide looks every 2 s. */
const WAIT_MS_MAX = 20_000

/** The address of the guide under a name. */
function guide(porch, host = 'porch.local', rest = '/') {
  return `http://${host}:${new URL(porch.plainUrl).port}${rest}`
}

describe('the guide in Chromium', { skip: skipChromium }, () => {
  let porch, stranger, friend

  before(async () => {
    porch = await Porch.start()
    stranger = await launch(porch, { trusts: false })
    friend = await launch(porch)
  })

  after(async () => {
    await friend?.close()
    await stranger?.close()
    await porch?.stop()
  })

  async function open(options = {}, rest = '/') {
    const context = await stranger.newContext({ reducedMotion: 'reduce', ...options })
    const page = await context.newPage()
    const faults = []
    page.on('pageerror', (error) => faults.push(String(error)))
    page.on('console', (message) => {
      if (message.type() === 'error' && !/ERR_CERT_AUTHORITY_INVALID/.test(message.text()))
        faults.push(message.text())
    })
    page.on('request', (request) => {
      const { hostname, protocol } = new URL(request.url())
      if (hostname !== 'porch.local' && protocol !== 'data:')
        faults.push(`asked a third party: ${request.url()}`)
    })
    await page.goto(guide(porch, 'porch.local', rest))
    return { context, page, faults }
  }

  test('waits without a stop sign where the box is not trusted, and looks right for every device in both languages', async () => {
    for (const [at, device] of DEVICES.entries()) {
      for (const lang of ['en', 'zh']) {
        const colorScheme = (at + (lang === 'zh')) % 2 ? 'dark' : 'light'
        const { context, page, faults } = await open({ colorScheme }, `/?device=${device}&lang=${lang}`)
        await page.locator('.state[data-text=waiting]').waitFor()
        const last = await page.locator('.steps > li').count()
        assert.equal(
          await page
            .getByRole('status')
            .innerText()
            .then((text) => text.split('\n')[0]),
          {
            en: `Waiting for step ${last}`,
            zh: `等待第${last}步`,
          }[lang],
        )
        await look(page, `guide-${device}-${lang}-${colorScheme}`)
        const width = await page.evaluate(() => document.documentElement.scrollWidth)
        assert.ok(width <= 1280, 'nothing sticks out')
        assert.deepEqual(faults, [], `${device} in ${lang}`)
        await context.close()
      }
    }
  })

  test('has the way on without within reach of the thumb', async () => {
    for (const [lang, name] of [
      ['en', 'Continue without'],
      ['zh', '不装证书，直接继续'],
    ]) {
      const { context, page } = await open(
        { viewport: { width: 360, height: 740 } },
        `/?device=android&lang=${lang}`,
      )
      const way = page.getByRole('link', { name, exact: true })
      await page.locator('.state[data-text=waiting]').waitFor()
      const box = await way.boundingBox()
      assert.ok(box.y > 370 && box.y + box.height <= 740, `it is in the lower half: ${JSON.stringify(box)}`)
      await page.screenshot({ path: path.join(ARTIFACTS, `guide-thumb-${lang}.png`) })
      await way.click()
      const go = page.locator('#without .button')
      await go.waitFor()
      assert.equal(await go.getAttribute('href'), `${porch.url()}/`)
      await context.close()
    }
  })

  test('says that only half of it works where the page is trusted and the live connection refused', async () => {
    const crowd = await friend.newPage()
    await crowd.goto(porch.url())
    // As many as the box takes at once from one network.
    await crowd.evaluate(
      async (url) => {
        window.held = Array.from({ length: 8 }, () => new WebSocket(url))
        await Promise.all(held.map((socket) => new Promise((resolve) => (socket.onopen = resolve))))
      },
      `${porch.url().replace('https', 'wss')}/trust-echo`,
    )
    const page = await friend.newPage()
    await page.goto(guide(porch, 'porch.local', '/?device=ios&lang=en'))
    await page.locator('.state[data-state=red]').waitFor({ timeout: WAIT_MS_MAX })
    await page.getByText('The page is trusted, but not its live connection.').waitFor()
    await crowd.close()
    await page.locator('.state[data-state=green]').waitFor({ timeout: WAIT_MS_MAX })
  })

  test('fits the narrowest phone without scrolling sideways', async () => {
    for (const device of DEVICES) {
      const { context, page } = await open(
        { viewport: { width: 320, height: 640 } },
        `/?device=${device}&lang=en`,
      )
      const width = await page.evaluate(() => document.documentElement.scrollWidth)
      assert.equal(width, 320, device)
      await context.close()
    }
  })

  test('says everything without script, and has a way on', async () => {
    const { context, page } = await open({ javaScriptEnabled: false, locale: 'zh-CN' }, '/r/4?x=1')
    await page.getByRole('heading', { name: /^让这台设备信任porch$/ }).waitFor()
    const way = await page.getByRole('link', { name: '打开porch' }).getAttribute('href')
    assert.equal(way, `${porch.url()}/r/4?x=1`)
    assert.equal(await page.locator('.state').isVisible(), false)
    await page.getByRole('link', { name: 'Mac' }).click()
    await page.getByText('钥匙串访问').first().waitFor()
    await page.getByRole('link', { name: 'English' }).click()
    await page.getByText('Keychain Access').first().waitFor()
    assert.equal(await page.locator('#open').getAttribute('href'), `${porch.url()}/r/4?x=1`)
    await context.close()
  })

  test('knows an iPad that says it is a Mac', async () => {
    const userAgent =
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.1 Safari/605.1.15'
    const { context, page } = await open({ userAgent })
    await page.locator('.state[data-state=waiting]').waitFor()
    await page.getByRole('heading', { name: 'Steps for Mac' }).waitFor()
    const devtools = await context.newCDPSession(page)
    await devtools.send('Emulation.setTouchEmulationEnabled', { enabled: true, maxTouchPoints: 5 })
    await page.reload()
    await page.getByRole('heading', { name: 'Steps for iPhone, iPad' }).waitFor()
    await context.close()
  })

  test('the page for those who are lost leads to the guide', async () => {
    const context = await stranger.newContext()
    const page = await context.newPage()
    const answer = await page.goto(guide(porch, 'nobody.localhost'))
    assert.equal(answer.status(), 421)
    await look(page, 'elsewhere')
    await page.getByRole('link', { name: 'http://porch.local' }).click()
    await page.locator('.state[data-state=waiting]').waitFor()
    await context.close()
  })

  test('a browser that trusts the box goes on at once, and reads up for another device if asked to', async () => {
    const page = await friend.newPage()
    await page.goto(guide(porch, 'porch.local', '/join?x=1'))
    await page.waitForURL(`${porch.url()}/join?x=1`, { timeout: WAIT_MS_MAX })
    await page.goto(guide(porch, 'porch.local', '/?device=ios&lang=en'))
    await page.getByText('This device trusts porch already.').waitFor()
    await look(page, 'guide-green')
    await page.getByRole('link', { name: 'Open porch' }).click()
    await page.waitForURL(`${porch.url()}/`)
  })

  test('turns green once the CA is in the store, without a reload, and lands in the page at the same address', async () => {
    const { context, store } = await launchOwn(porch)
    try {
      const page = await context.newPage()
      let loads = 0
      page.on('load', () => {
        if (page.url().startsWith('http:')) loads += 1
      })
      await page.goto(guide(porch, 'porch.local', '/join?x=1'))
      await page.locator('.state[data-state=waiting]').waitFor()
      await trust(store, porch.caFile)
      await readStoreAgain(context)
      await page.bringToFront()
      await page.locator('.state[data-state=green]').waitFor({ timeout: WAIT_MS_MAX })
      await page.waitForURL(`${porch.url()}/join?x=1`, { timeout: WAIT_MS_MAX })
      await page.locator('input[name=username]').waitFor()
      assert.equal(loads, 1, 'the guide was loaded once')
    } finally {
      await context.close()
    }
  })
})

describe('the sign-in sheet of a Wi-Fi without Internet', { skip: skipChromium }, () => {
  let porch, browser

  before(async () => {
    porch = await Porch.start({ flags: ['--captive-portal'] })
    browser = await launch(porch, { trusts: false })
  })

  after(async () => {
    await browser?.close()
    await porch?.stop()
  })

  for (const [locale, colorScheme] of [
    ['en-GB', 'light'],
    ['zh-CN', 'dark'],
  ]) {
    test(`looks right and leads on in ${locale}`, async () => {
      const context = await browser.newContext({ locale, colorScheme })
      const page = await context.newPage()
      await page.goto(`${porch.plainUrl}/portal`)
      await look(page, `portal-${locale}`)
      await page.getByRole('button').click()
      await page.waitForURL(`${porch.plainUrl}/portal?read`)
      await look(page, `portal-read-${locale}`)
      await context.close()
    })
  }

  test('has a code that another program reads', { skip: unless('A reader of codes', ZBAR) }, async () => {
    const page = await browser.newPage()
    await page.goto(`${porch.plainUrl}/portal`)
    const code = path.join(porch.folder, 'code.png')
    await page.locator('svg.qr').screenshot({ path: code })
    const { stdout } = await promisify(execFile)(ZBAR, ['--quiet', '--raw', code])
    assert.equal(stdout.trim(), `${porch.plainUrl}/`)
    await page.close()
  })
})

describe('the guide in Firefox', { skip: skipFirefox }, () => {
  let porch, firefox

  before(async () => {
    porch = await Porch.start()
    firefox = await Firefox.launch(path.join(porch.folder, 'firefox-guide'))
  })

  after(async () => {
    await firefox?.close()
    await porch?.stop()
  })

  test('turns green once the CA was imported in its settings, without a reload, and lands in the page', async () => {
    await firefox.goto(guide(porch, 'localhost', '/join?x=1'))
    await firefox.see('h2', 'Steps for Firefox on a computer')
    await firefox.see('.state[data-state=waiting]', 'Waiting for step')
    await firefox.evaluate(() => {
      window.was = 'never reloaded'
    })
    await firefox.inBrowser(importAsSettingsDo, porch.caFile)
    await firefox.inBrowser(tickAndConfirm)
    await firefox.until(() => document.querySelector('.state[data-state=green]') && window.was)
    await firefox.arrival(`${porch.url('localhost')}/join?x=1`)
    await firefox.see('input[name=username]')
  })
})

/* global Cc, Ci, Services */

/** In the browser: what *Authorities: Import…* in Firefox's settings does with the file that was chosen. */
function importAsSettingsDo(file) {
  const chosen = Cc['@mozilla.org/file/local;1'].createInstance(Ci.nsIFile)
  chosen.initWithPath(file)
  const store = Cc['@mozilla.org/security/x509certdb;1'].getService(Ci.nsIX509CertDB)
  // It waits for the dialog.
  Services.tm.dispatchToMainThread(() => store.importCertsFromFile(chosen, Ci.nsIX509Cert.CA_CERT))
  return true
}

/** In the browser: the dialog's box ticked, and its button pressed; nothing where the dialog is not there yet. */
function tickAndConfirm() {
  for (const { document } of Services.wm.getEnumerator(null)) {
    const box = document.getElementById('trustSSL')
    if (!box || document.readyState !== 'complete') continue
    box.click()
    document.querySelector('dialog').acceptDialog()
    return true
  }
  return false
}
