/** From the least to the most: each may what those before it may. */
export const ROLES = ['viewer', 'operator', 'engineer', 'admin'] as const
export type Role = (typeof ROLES)[number]

const rank: Record<Role, number> = { viewer: 0, operator: 1, engineer: 2, admin: 3 }

export const atLeast = (role: Role, needed: Role): boolean => rank[role] >= rank[needed]
