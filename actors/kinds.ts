import { control } from './control/actor.ts'
import { device } from './device/actor.ts'
import { event } from './event/actor.ts'
import { exhauster } from './exhauster/actor.ts'
import { machine } from './machine/actor.ts'
import { plant } from './plant/actor.ts'
import { film } from './playback/film.ts'
import { ranking } from './playback/ranking.ts'
import { viewer } from './playback/viewer.ts'
import { relay } from './relay/actor.ts'
import type { ActorKind } from './runtime/index.ts'
import { source } from './source/actor.ts'

/** Every kind of actor that this system runs. A new kind is one folder and one line here. */
export const kinds: readonly ActorKind[] = [
  device,
  event,
  exhauster,
  machine,
  plant,
  control,
  viewer,
  film,
  ranking,
  relay,
  source,
]
