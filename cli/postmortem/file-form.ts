/** The file in which a post-mortem is edited: what writing and reading it have to agree on. */

/** Also of the tags `~~~`: up to three spaces, then the marks (CommonMark 4.5). */
const fenceLine = /^ {0,3}(`{3,}|~{3,})(.*)$/

export const scissors = '-------- Everything below this line is on record; it is not sent --------'

export function titleOf(number: string, version: number): string {
  return `# Post-mortem of ${number}, based on version ${version}`
}

export const actionItemsHeading = 'Action items'
export const checklistHeading = 'Checklist'

/** Explanations in the file; they are no part of any text. */
export function hint(text: string): string {
  return `<!-- ${text} -->`
}

export const howToEdit = hint(
  'Write below the headings. A heading of your own needs three # or more. Save and quit to send it; quit without a change to leave it.',
)
export const howToPromise = hint(
  'One a line: - what | owner: who | due: 2026-12-31. Keep the # of those that have one.',
)

/** Follows code blocks line by line: inside one of them nothing is a heading. */
export function createFenceTracker(): { isInside(line: string): boolean; isOpen(): boolean } {
  let fence = ''
  return {
    isInside(line) {
      const [, marks = '', rest = ''] = fenceLine.exec(line) ?? []
      if (fence !== '') {
        if (marks.startsWith(fence) && rest.trim() === '') fence = ''
        return true
      }
      if (marks !== '' && !(marks.startsWith('`') && rest.includes('`'))) fence = marks
      return fence !== ''
    },
    isOpen: () => fence !== '',
  }
}
