/**
 * The icons of the page as one sprite, put into the document once; `<Icon>` points into it. Only what
 * is listed here is shipped, and a name that is not listed does not compile. Drawings: lucide.dev (ISC).
 */
import archive from 'lucide-static/icons/archive.svg?raw'
import archiveRestore from 'lucide-static/icons/archive-restore.svg?raw'
import arrowDown from 'lucide-static/icons/arrow-down.svg?raw'
import arrowLeft from 'lucide-static/icons/arrow-left.svg?raw'
import bellOff from 'lucide-static/icons/bell-off.svg?raw'
import camera from 'lucide-static/icons/camera.svg?raw'
import check from 'lucide-static/icons/check.svg?raw'
import chevronDown from 'lucide-static/icons/chevron-down.svg?raw'
import chevronRight from 'lucide-static/icons/chevron-right.svg?raw'
import circleAlert from 'lucide-static/icons/circle-alert.svg?raw'
import clock from 'lucide-static/icons/clock.svg?raw'
import copy from 'lucide-static/icons/copy.svg?raw'
import crown from 'lucide-static/icons/crown.svg?raw'
import doorOpen from 'lucide-static/icons/door-open.svg?raw'
import ellipsis from 'lucide-static/icons/ellipsis.svg?raw'
import eye from 'lucide-static/icons/eye.svg?raw'
import eyeOff from 'lucide-static/icons/eye-off.svg?raw'
import hash from 'lucide-static/icons/hash.svg?raw'
import house from 'lucide-static/icons/house.svg?raw'
import info from 'lucide-static/icons/info.svg?raw'
import keyboard from 'lucide-static/icons/keyboard.svg?raw'
import laptop from 'lucide-static/icons/laptop.svg?raw'
import link from 'lucide-static/icons/link.svg?raw'
import lock from 'lucide-static/icons/lock.svg?raw'
import logOut from 'lucide-static/icons/log-out.svg?raw'
import messageCircle from 'lucide-static/icons/message-circle.svg?raw'
import messageCirclePlus from 'lucide-static/icons/message-circle-plus.svg?raw'
import minus from 'lucide-static/icons/minus.svg?raw'
import monitor from 'lucide-static/icons/monitor.svg?raw'
import moon from 'lucide-static/icons/moon.svg?raw'
import pencil from 'lucide-static/icons/pencil.svg?raw'
import plus from 'lucide-static/icons/plus.svg?raw'
import printer from 'lucide-static/icons/printer.svg?raw'
import qrCode from 'lucide-static/icons/qr-code.svg?raw'
import refresh from 'lucide-static/icons/refresh-cw.svg?raw'
import search from 'lucide-static/icons/search.svg?raw'
import send from 'lucide-static/icons/send-horizontal.svg?raw'
import settings from 'lucide-static/icons/settings.svg?raw'
import sliders from 'lucide-static/icons/sliders-horizontal.svg?raw'
import smartphone from 'lucide-static/icons/smartphone.svg?raw'
import stethoscope from 'lucide-static/icons/stethoscope.svg?raw'
import sun from 'lucide-static/icons/sun.svg?raw'
import trash from 'lucide-static/icons/trash-2.svg?raw'
import alarm from 'lucide-static/icons/triangle-alert.svg?raw'
import userPlus from 'lucide-static/icons/user-plus.svg?raw'
import user from 'lucide-static/icons/user-round.svg?raw'
import users from 'lucide-static/icons/users-round.svg?raw'
import volume from 'lucide-static/icons/volume-2.svg?raw'
import wifiOff from 'lucide-static/icons/wifi-off.svg?raw'
import x from 'lucide-static/icons/x.svg?raw'

const drawings = {
  archive,
  'archive-restore': archiveRestore,
  'arrow-down': arrowDown,
  'arrow-left': arrowLeft,
  'bell-off': bellOff,
  camera,
  check,
  'chevron-down': chevronDown,
  'chevron-right': chevronRight,
  'circle-alert': circleAlert,
  clock,
  copy,
  crown,
  'door-open': doorOpen,
  ellipsis,
  eye,
  'eye-off': eyeOff,
  hash,
  house,
  info,
  keyboard,
  laptop,
  link,
  lock,
  'log-out': logOut,
  'message-circle': messageCircle,
  'message-circle-plus': messageCirclePlus,
  minus,
  monitor,
  moon,
  pencil,
  plus,
  refresh,
  search,
  send,
  settings,
  sliders,
  smartphone,
  sun,
  trash,
  user,
  'user-plus': userPlus,
  users,
  volume,
  'wifi-off': wifiOff,
  'triangle-alert': alarm,
  printer,
  'qr-code': qrCode,
  stethoscope,
  x,
}

export type IconName = keyof typeof drawings

const SVG = 'http://www.w3.org/2000/svg'

/** The id under which `<use>` finds an icon. */
export const iconId = (name: IconName) => `icon-${name}`

let placed = false

/** Puts the sprite into the document, the first time an icon is drawn. */
export function placeSprite(): void {
  if (placed) return
  placed = true
  const sprite = document.createElementNS(SVG, 'svg')
  sprite.setAttribute('hidden', '')
  sprite.setAttribute('aria-hidden', 'true')
  const parser = new DOMParser()
  for (const [name, text] of Object.entries(drawings)) {
    // The build leaves only what is inside the icon's own `<svg>`.
    const drawing = parser.parseFromString(
      `<svg xmlns="${SVG}">${text}</svg>`,
      'image/svg+xml',
    ).documentElement
    const symbol = document.createElementNS(SVG, 'symbol')
    symbol.id = iconId(name as IconName)
    symbol.setAttribute('viewBox', '0 0 24 24')
    symbol.append(...drawing.childNodes)
    sprite.append(symbol)
  }
  document.body.prepend(sprite)
}
