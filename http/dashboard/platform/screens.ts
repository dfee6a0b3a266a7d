import type { Cluster } from '../../../actors/cluster/port.ts'
import type { Authority } from '../../auth/authority.ts'
import type { Loops } from '../../control/loops.ts'
import type { LetterActs } from '../../dead-letters/acts.ts'
import type { DeadLetters } from '../../dead-letters/letters.ts'
import type { DeviceActs } from '../../devices/acts.ts'
import type { Pieces } from '../../events/segments.ts'
import type { RelayKind } from '../../../actors/relay/schema.ts'
import type { RelayActs } from '../../relays/acts.ts'
import type { Relays } from '../../relays/relays.ts'
import type { StatisticsReader } from '../../statistics/statistics.ts'
import type { FindScreen, Readers } from '../screen.ts'
import { controlScreens } from './control.ts'
import { deadLetterScreens } from './dead-letters.ts'
import { deviceScreens } from './devices.ts'
import { eventScreens } from './events.ts'
import { relayScreens } from './relays.ts'

/** The pages of the platform: they read and act by the functions that the API does. */
export const platformScreens =
  (parts: {
    cluster: Cluster
    authority: Authority
    acts: DeviceActs
    statistics: StatisticsReader
    pieces: Pieces
    loops: Loops
    letters: DeadLetters
    letterActs: LetterActs
    relays: Relays
    relayActs: RelayActs
    relayKinds: readonly RelayKind[]
    restingUntil: (target: string) => number | null
    timeZone: string
    now: () => number
  }) =>
  (readers: Readers): readonly FindScreen[] => [
    deviceScreens(parts, readers),
    eventScreens(parts, readers),
    controlScreens(parts, readers),
    relayScreens(parts, readers),
    deadLetterScreens(parts, readers),
  ]
