import type { Quality, Status } from '../../actors/exhauster/schema.ts'
import type { ControlText } from './platform/control.ts'
import type { DeadLettersText } from './platform/dead-letters.ts'
import type { DevicesText } from './platform/devices.ts'
import type { EventsText } from './platform/events.ts'
import type { RelaysText } from './platform/relays.ts'

/** The languages of the pages; the first is the one for a reader who asks for neither. */
export const LANGUAGES = ['en', 'ru'] as const
export type Language = (typeof LANGUAGES)[number]

/** Forms of a noun by `Intl.PluralRules`: English needs `one` and `other`, Russian `one`, `few` and `many`. */
export interface Plural {
  readonly one: string
  readonly few?: string
  readonly many?: string
  readonly other: string
}

/** A phrase with a place for each named thing. */
export type Phrase<Names extends string> = (parts: Readonly<Record<Names, string>>) => string

/** The three directions of vibration, in the order of the cards. */
export const AXES = ['vertical', 'horizontal', 'axial'] as const
export type Axis = (typeof AXES)[number]

/** Every word that a page shows. Both languages fill all of it, or the build of types fails. */
export interface Text {
  readonly language: { readonly own: string; readonly short: string; readonly switchTo: string }
  readonly number: { readonly decimal: string; readonly thousands: string }
  readonly time: {
    readonly second: string
    readonly minute: string
    readonly hour: string
    readonly day: string
    readonly yesterday: string
    /** Short names, January first. */
    readonly months: readonly string[]
    /** For example `19 Nov`. */
    readonly date: Phrase<'day' | 'month'>
    readonly withYear: Phrase<'date' | 'year'>
    readonly dateAndTime: Phrase<'date' | 'time'>
  }
  /** By the unit's name in the API. */
  readonly units: Readonly<Record<string, string>>
  /** Units on a card, where there is little room. */
  readonly shortUnits: Readonly<Record<string, string>>

  readonly shell: {
    readonly skip: string
    readonly plant: string
    readonly data: string
    readonly dataAge: string
    readonly noData: string
    readonly theme: string
    readonly account: string
    readonly logOut: string
    readonly sections: string
    readonly exhausters: string
    readonly platform: string
    readonly overview: string
    readonly mnemonic: string
    readonly trends: string
    readonly devices: string
    readonly events: string
    readonly control: string
    readonly relays: string
    readonly deadLetters: string
    readonly api: string
    readonly more: string
    readonly counts: string
    readonly machines: Plural
    readonly demonstration: string
    readonly demonstrationHint: string
    readonly replay: string
    readonly replayHint: string
    readonly role: Readonly<Record<string, string>>
  }
  /** What does not answer, and what that means for who looks. */
  readonly away: Readonly<Record<'store' | 'storeHint' | 'log' | 'logHint', string>>
  /** What the page is about has been deleted. */
  readonly gone: { readonly title: string; readonly hint: string; readonly toList: string }
  readonly connection: {
    readonly lost: string
    readonly lostFor: string
    readonly reconnecting: string
    readonly ended: string
    readonly endedHint: string
    readonly noScript: string
  }
  readonly keys: {
    readonly title: string
    readonly machine: string
    readonly overview: string
    readonly mnemonic: string
    readonly trends: string
    readonly devices: string
    readonly events: string
    readonly control: string
    readonly deadLetters: string
    readonly row: string
    readonly help: string
    readonly close: string
    readonly single: string
  }

  readonly status: Readonly<Record<Status, string>>
  readonly statusShort: Readonly<Record<Status, string>>
  readonly quality: Readonly<Record<Quality, string>>
  /** For the chips of the scheme, where there is little room. */
  readonly qualityShort: Readonly<Record<Quality, string>>
  readonly misconfigured: string
  readonly misconfiguredHint: Phrase<'limits'>
  readonly limitNames: Readonly<Record<string, string>>
  readonly contradicts: string
  readonly contradictsHint: string
  readonly noSensor: string
  readonly advice: { readonly above: Phrase<'limit'>; readonly below: Phrase<'limit'>; readonly hint: string }

  readonly names: {
    /** Prefix of a machine's name by the first letter of its id. */
    readonly prefix: Readonly<Record<string, string>>
    readonly number: Phrase<'number'>
    readonly sinterShort: Phrase<'number'>
    readonly sinter: Phrase<'number'>
    readonly bearing: Phrase<'number'>
    readonly bearingShort: Phrase<'number'>
    readonly temperature: string
    readonly vibration: Readonly<Record<Axis, string>>
    readonly axis: Readonly<Record<Axis, string>>
    /** Signals that belong to no bearing, by key. */
    readonly signal: Readonly<Record<string, string>>
    readonly signalShort: Readonly<Record<string, string>>
  }

  readonly running: {
    readonly yes: string
    readonly no: string
    readonly unknown: string
    readonly lost: string
  }
  readonly cause: {
    readonly limit: Phrase<'limit'>
    readonly none: string
    readonly lastFrame: Phrase<'time'>
    readonly noFrames: string
    readonly restoring: string
    readonly unavailable: string
    readonly more: Phrase<'count'>
  }
  readonly overview: {
    readonly title: string
    readonly attention: string
    readonly all: string
    readonly calm: string
    readonly calmWaiting: string
    readonly filling: string
    readonly matrix: string
    readonly oil: string
    readonly pressure: string
    readonly underpressure: string
    readonly stator: string
    readonly sparkline: string
    readonly rotor: Phrase<'number' | 'days'>
    readonly rotorUnknown: Phrase<'days'>
    readonly notices: string
    readonly noticesEmpty: string
    readonly noticesEmptyHint: string
    readonly times: Phrase<'count'>
    readonly lastAndFirst: Phrase<'last' | 'first'>
    readonly returned: string
    /** Normal after nothing was known. */
    readonly heard: string
    readonly passed: Phrase<'signal' | 'status'>
    readonly legend: string
  }
  readonly mnemonic: {
    readonly title: Phrase<'name'>
    readonly machines: string
    readonly scheme: string
    readonly causeTitle: string
    readonly calm: string
    readonly limit: Readonly<Record<'alarm' | 'warning', Phrase<'limit'>>>
    readonly over: Phrase<'excess'>
    readonly under: Phrase<'excess'>
    /** Back on the good side of the limit, not yet far enough for the status to end. */
    readonly held: string
    readonly others: Phrase<'causes'>
    readonly advised: Phrase<'signals'>
    readonly instruments: Phrase<'signals'>
    readonly signals: Plural
    readonly lost: Phrase<'time'>
    readonly lostHint: string
    readonly drive: string
    readonly motor: string
    readonly gearbox: string
    readonly rotorMark: Phrase<'number'>
    readonly rotorBlank: string
    readonly collector: string
    readonly stack: string
    readonly water: string
    readonly drain: string
    readonly tank: string
    readonly feed: string
    readonly cooler: string
    readonly gas: string
    readonly dust: string
    readonly damper: string
    readonly closedBit: string
    readonly openBit: string
    readonly on: string
    readonly off: string
    readonly rotor: string
    readonly rotorNumber: string
    readonly rotorDays: string
    readonly rotorInstalled: string
    readonly notGiven: string
    readonly legendAxes: string
    readonly legendBar: string
    readonly legendQuality: string
    readonly frame: Phrase<'time'>
  }

  readonly trends: {
    readonly title: string
    readonly signals: string
    readonly find: string
    readonly chosen: Phrase<'count' | 'most'>
    /** Groups of a machine's signals that are no bearing. */
    readonly groups: Readonly<Record<string, string>>
    readonly mode: string
    readonly span: string
    readonly spanHint: string
    readonly range: string
    readonly rangeHint: string
    readonly start: string
    readonly end: string
    readonly length: string
    readonly lengthUnit: string
    readonly step: string
    readonly stepAuto: string
    readonly show: string
    readonly shift: string
    readonly back: string
    readonly forward: string
    readonly now: string
    readonly nowHint: string
    readonly zoom: string
    readonly zoomIn: string
    readonly zoomOut: string
    readonly area: string
    readonly reset: string
    readonly csv: string
    readonly chart: string
    readonly chartHint: string
    readonly shown: string
    readonly line: string
    readonly signal: string
    readonly unit: string
    readonly atCursor: string
    readonly min: string
    readonly mean: string
    readonly max: string
    readonly limits: string
    readonly acts: string
    readonly remove: string
    readonly empty: string
    readonly emptyHint: string
    readonly toTree: string
    readonly none: string
    readonly gaps: string
    readonly gap: Phrase<'from' | 'to'>
    readonly gapsMore: Phrase<'count'>
    readonly loading: string
    readonly failed: string
    readonly failedHint: string
    /** The history of some moments ago is shown, for a newer one cannot be read. */
    readonly old: Phrase<'at'>
    /** What cannot be shown as it was asked for: `time` by an address, `moment` by a field. */
    readonly problem: Readonly<Record<'time' | 'moment' | 'order' | 'length' | 'many' | 'unknown', string>>
    readonly keys: {
      readonly shift: string
      readonly zoom: string
      readonly cursor: string
      readonly find: string
    }
  }

  readonly auth: {
    /** The page. */
    readonly logIn: string
    /** The act. */
    readonly enter: string
    readonly email: string
    readonly password: string
    readonly credentials: string
    readonly throttled: string
    readonly loggedOut: string
    readonly askAdmin: string
    readonly linkTitle: string
    readonly linkHint: string
    readonly linkButton: string
    readonly linkGone: string
    readonly linkGoneHint: string
    readonly setTitle: string
    readonly setHint: string
    readonly newPassword: string
    readonly repeat: string
    readonly save: string
    readonly tooShort: string
    readonly mismatch: string
    readonly emailTaken: string
    readonly emailInvalid: string
    readonly rejected: string
    readonly passwordRule: string
    readonly languages: string
  }
  readonly problem: {
    readonly notFound: string
    readonly notFoundHint: string
    readonly wrong: string
    readonly wrongHint: string
    readonly forbidden: string
    readonly forbiddenHint: string
    readonly unavailable: string
    readonly unavailableHint: string
    readonly failed: string
    readonly failedHint: string
    readonly request: Phrase<'id'>
    readonly toOverview: string
    readonly again: string
  }
  readonly devices: DevicesText
  readonly events: EventsText
  readonly control: ControlText
  readonly deadLetters: DeadLettersText
  readonly relays: RelaysText
  /** What forms have done, by name, and why they did not, by code of the fault. */
  readonly acts: {
    readonly done: Readonly<Record<string, string>>
    readonly refusals: Readonly<Record<string, string>>
    readonly cancel: string
    readonly copy: string
    readonly copied: string
    /** Of a list that does not move under the pointer. */
    readonly held: string
  }
  readonly states: {
    readonly empty: string
    readonly emptyHint: string
    readonly restoring: string
    readonly restoringHint: string
  }
}
