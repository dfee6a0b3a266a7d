import type { PageSession, PageSessions } from '../auth/page-sessions.ts'

export type { PageSession }

/** Finds whose request it is, by its cookie; null for nobody (any more). */
export type FindSession = (request: Request) => Promise<PageSession | null> | PageSession | null

/** Fault FORBIDDEN for an unsafe request that does not come from a page of its session. */
export type DemandOwnPage = PageSessions['demandOwnPage']
