import type { ExhausterDocument, Status } from '../../actors/exhauster/schema.ts'
import { html, type Html } from '../html.ts'
import { damperPosition, numberOf, sinterOf } from '../plant/machine.ts'
import { bearingSignals, BEARINGS } from '../plant/places.ts'
import type { View } from '../view.ts'
import { worst } from './tag.ts'

/** Centres of the bearings, 1 … 9, in the drawing's 1200 × 640. */
const CENTRES: readonly (readonly [number, number])[] = [
  [58, 225],
  [262, 225],
  [352, 216],
  [520, 216],
  [352, 280],
  [520, 280],
  [640, 280],
  [884, 280],
  [930, 280],
]

/** The oil's surface at 0 % and how far a per cent lifts it. */
const TANK_BOTTOM = 615
const TANK_PER_CENT = 1.14

const ground = html`<path class="eq-ground" d="M20 352H724M800 352H990" />
  <path
    class="pedestal"
    d="M44 352l6-114h16l6 114zM248 352l6-114h16l6 114zM626 352l6-59h16l6 59zM872 352l6-46h58l6 46z"
  />
  <path class="shaft" d="M34 225H420" /><path class="shaft" d="M420 280H962" />
  <path class="pipe-oil" d="M560 522V428H58M262 428V352M58 428V352M436 428V342M560 428H905V352M640 428V352" />`

const gasPath = html`<path class="duct" d="M1112 496H790V386H734V552H1112z" />
  <path class="duct" d="M737 190V-24H789V190z" />
  <path class="duct" d="M1112 444H1190V632H1112z" />
  <path class="flow" d="M1096 524h-36" /><path class="flow" d="M900 524h-36" /><path
    class="flow"
    d="M762 480v-36"
  /><path class="flow" d="M763 66V26" />`

const motor = html`<g class="eq"
    ><rect x="84" y="164" width="152" height="122" rx="8" /><path class="inner" d="M128 150h64v14h-64z" /><path
      class="thin"
      d="M100 174V276M115 174V276M130 174V276M145 174V276M160 174V276M175 174V276M190 174V276M205 174V276M220 174V276" /><path
      class="inner"
      d="M100 286h24v66h-24zM196 286h24v66h-24z"
  /></g>
  <g class="eq"
    ><rect x="288" y="205" width="10" height="40" rx="2" /><rect x="302" y="205" width="10" height="40" rx="2"
  /></g>`

const gearbox = html`<g class="eq"
    ><rect x="340" y="176" width="192" height="146" rx="10" /><path class="inner" d="M352 322h168l10 30H342z"
  /></g>
  <path class="shaft" d="M340 216H532M340 280H532" />
  <g class="gear"
    ><rect x="404" y="196" width="64" height="40" rx="3" /><rect x="404" y="236" width="64" height="88" rx="3" /><path
      d="M412 236l12-40M428 236l12-40M444 236l12-40M412 236l24 86M428 236l24 86M444 236l20 70"
  /></g>
  <g class="eq"
    ><rect x="572" y="262" width="10" height="36" rx="2" /><rect x="586" y="262" width="10" height="36" rx="2"
  /></g>`

const exhauster = html`<g class="eq"><path d="M690 206q0-22 22-22h102q22 0 22 22v148q0 32-32 32h-82q-32 0-32-32z" /></g>
  <g class="rotor"
    ><path class="disc" d="M760 196h6v168h-6z" /><path
      d="M760 200h-16q-2 40-30 54v52q28 14 30 54h16zM766 200h16q2 40 30 54v52q-28 14-30 54h-16z" /><path
      class="thin"
      d="M752 202q-2 46-22 60M752 358q-2-46-22-60M774 202q2 46 22 60M774 358q2-46 22-60" /><rect
      class="hub"
      x="722"
      y="270"
      width="82"
      height="20"
      rx="4"
  /></g>
  <g class="eq"><rect x="862" y="252" width="90" height="56" rx="8" /></g>`

const oilSystem = html`<path class="pipe-oil" d="M139 600H300M328 600H380V548H410M510 522H560" />
  <g class="eq"><circle cx="314" cy="600" r="16" /><path class="inner" d="M306 590l16 10-16 10z" /></g>
  <g class="eq"
    ><rect x="410" y="496" width="100" height="76" rx="4" /><path
      class="thin"
      d="M430 496v76M450 496v76M470 496v76M490 496v76"
  /></g>
  <path class="pipe-water" d="M450 640V572M470 496V460" />
  <path class="flow small" d="M340 600h16" /><path class="flow small" d="M530 522h14" /><path
    class="flow small"
    d="M560 498v-14"
  /><path class="flow small" d="M450 626v-14" /><path class="flow small" d="M470 486v-14" />
  <circle class="gauge" cx="560" cy="452" r="11" /><text class="eq-text" x="560" y="456">P</text>`

const leaders = html`<path
  class="leader"
  d="M58 130V212M262 130V212M352 130V203M520 130V203M640 130V267M884 130V267M930 293V352M352 293V352M520 293V352"
/>`

/** The machine as a drawing. Equipment is calm; what it shows of the present: bearings' states, oil, damper, rotor. */
export function scheme(view: View, document: ExhausterDocument): Html {
  const { mnemonic, names } = view.text
  const sinter = names.sinterShort({ number: String(sinterOf(document.id)) })
  const rotor = document.rotor.number
  return html`<svg
    class="scheme"
    id="scheme"
    viewBox="0 0 1200 640"
    role="img"
    aria-label="${mnemonic.scheme}"
    ${document.running === false && html` data-running="no"`}
  >
    ${ground} ${gasPath} ${damper(document)}
    <text class="eq-text" x="1151" y="470">${mnemonic.collector}</text>
    <text class="eq-text" x="1151" y="486">${sinter}</text>
    <text class="eq-text" x="763" y="86">${mnemonic.stack}</text>
    ${motor}
    <text class="eq-name" x="160" y="230">${mnemonic.motor}</text>
    ${gearbox}
    <text class="eq-name" x="436" y="190">${mnemonic.gearbox}</text>
    ${exhauster}
    <text class="eq-name" x="763" y="376">
      ${rotor === null ? mnemonic.rotorBlank : mnemonic.rotorMark({ number: rotor })}
    </text>
    ${tank(document)} ${oilSystem}
    <text class="eq-text start" x="458" y="630">${mnemonic.water}</text>
    <text class="eq-text start" x="478" y="476">${mnemonic.drain}</text>
    ${leaders}
    <g class="bearings">${BEARINGS.map((bearing) => bearingMark(bearing, bearingStatus(document, bearing)))}</g>
  </svg>`
}

/** Unknown only when nothing at all is known of it. */
function bearingStatus(document: ExhausterDocument, bearing: number): Status {
  const keys = bearingSignals(bearing)
  const status = worst(document, keys)
  return status === 'ok' && keys.every((key) => document.signals[key]?.value == null) ? 'unknown' : status
}

function bearingMark(bearing: number, status: Status): Html {
  const [x, y] = CENTRES[bearing - 1]!
  const shape =
    status === 'alarm'
      ? html`<path d="M${x} ${y - 25}l25 25-25 25-25-25z" />`
      : status === 'warning'
        ? html`<path d="M${x} ${y - 27}l26 44h-52z" />`
        : html`<circle cx="${x}" cy="${y}" r="13" />`
  return html`<g class="bearing" data-status="${status}">${shape}<text x="${x}" y="${y + 4.5}">${bearing}</text></g>`
}

/** The blade stands across the duct at 0 and along it at 100; where nobody knows, it is dashed between. */
function damper(document: ExhausterDocument): Html {
  const position = damperPosition(document)
  const angle = Math.round((position ?? 50) * 0.9)
  return html`<g class="damper" ${position === null && html` data-unknown`}
      ><path class="frame" d="M952 488h76v72h-76z" /><path
        class="scale"
        d="M990 492a32 32 0 0 1 32 32M990 488v-8M1012.6 501.4l5.7-5.7M1026 524h8" /><path
        class="blade"
        d="M990 498v52"
        transform="rotate(${angle} 990 524)" /><circle cx="990" cy="524" r="5"
    /></g>
    <text class="eq-text" x="990" y="476">0</text><text class="eq-text start" x="1038" y="516">100</text>`
}

function tank(document: ExhausterDocument): Html {
  const level = numberOf(document.signals['oil.oil_level'])
  const height = Math.round(Math.min(100, Math.max(0, level ?? 0)) * TANK_PER_CENT * 10) / 10
  const oil =
    level !== null &&
    html`<rect class="oil" x="27" y="${Math.round((TANK_BOTTOM - height) * 10) / 10}" width="112" height="${height}" />`
  return html`<g class="tank"
    ><path class="shell-line" d="M24 496v112q0 10 10 10h98q10 0 10-10V496" />${oil}<path
      class="thin"
      d="M142 615h7M142 569.4h7M142 546.6h7M142 523.8h7M142 501h7" /><path class="low" d="M142 592.2h12M142 603.6h12"
  /></g>`
}
