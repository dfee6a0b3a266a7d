/** A mistake in the shape of the replaced systems, for their own paths: their status, and `{"detail": …}`. */
export class Detail extends Error {
  readonly status: number

  constructor(status: number, detail: string) {
    super(detail)
    this.name = 'Detail'
    this.status = status
  }
}
