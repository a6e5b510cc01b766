/** What an explanation is made of. */
export interface Chapter {
  title: string
  points: Point[]
}

/** One sentence; a condition stands below it as it was written. */
export interface Point {
  text: string
  condition?: string
  facts?: Fact[]
}

/** What is known of the thing a point tells of, under a word or two: `only if`, `approval`. */
export interface Fact {
  label: string
  text: string
  condition?: string
}
