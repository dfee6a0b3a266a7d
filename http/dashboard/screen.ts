import type { Fault } from '../../actors/runtime/index.ts'
import type { Fragments, LivePage, Reader, Shown } from '../../views/layout.ts'
import type { PlantModel } from '../../views/pages/model.ts'
import type { Text } from '../../views/text/catalogue.ts'
import type { View } from '../../views/view.ts'
import type { Actor } from '../auth/audit.ts'
import type { Identity } from '../auth/identity.ts'
import type { Role } from '../auth/roles.ts'
import type { Ask } from './ask.ts'
import type { PageSession } from './session.ts'

/** How pages read: what the top bar of each shows, and documents of actors. */
export interface Readers {
  plant(): Promise<PlantModel>
  readonly ask: Ask
}

/** One page as one audience sees it: what it shows, when that changes, and what may be done there. */
export interface Screen {
  /** Path and query, as they should stand in the address. */
  readonly path: string
  /** Who shares its fragments: '' for everybody, else a role or a person. */
  readonly audience: string
  /** Whether a change of this actor may change the page. */
  concerns(address: string): boolean
  /** Everything on the page that changes. Holds no token: it is shared. */
  fragments(view: View): Promise<Fragments>
  /** The whole page, for one reader. */
  page(view: View, reader: Reader): Promise<LivePage>
  /** What its forms may ask for, by the value of their field `act`. */
  readonly acts?: Readonly<Record<string, Act>>
}

/** Who acts: what they may, and how the journal names them. */
export interface Doer {
  readonly identity: Identity
  readonly by: Actor
}

/** Something that a form of a page does. Whoever has a smaller role is not offered it, and is refused. */
export interface Act {
  readonly role: Role
  /** False: not for this person, although the role would do. */
  readonly offered?: boolean
  run(fields: Readonly<Record<string, string>>, doer: Doer): Promise<Outcome>
  /** Words for a fault that this act means something by; undefined: those for its code. */
  refusal?(fault: Fault, text: Text): string | undefined
}

/** Where an act leads: to another page (303), or back to its own with something to show. */
export type Outcome = { readonly see: string } | { readonly show: Shown; readonly status?: number }

/** The page at an address (its origin is the one that the client uses), for whoever asks; null when there is none. Faults as the API's: FORBIDDEN, NOT_FOUND … */
export type FindScreen = (url: URL, session: PageSession) => Promise<Screen | null> | Screen | null
