/**
 * A reader of XML 1.0 that takes nothing which a parser may refuse: elements, attributes, text and the five entities. What else
 * XML has (comments, CDATA, processing instructions) is refused as well: nothing here writes it.
 */
export interface XmlElement {
  name: string
  attributes: Record<string, string>
  elements: XmlElement[]
  text: string
}

const character = /^[\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]*$/u
const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/** Throws at the first thing that is not well-formed. */
export function readXml(xml: string): XmlElement {
  if (!character.test(xml)) throw new Error('a character that XML 1.0 forbids')
  const declared = /^<\?xml version="1\.0" encoding="UTF-8"\?>\n/.exec(xml)
  if (declared === null) throw new Error('no declaration')
  const document: XmlElement = { name: '', attributes: {}, elements: [], text: '' }
  const open = [document]
  for (const piece of xml.slice(declared[0].length).split(/(<[^<]*?>)/)) {
    const current = open.at(-1)!
    if (!piece.startsWith('<')) current.text += decoded(piece)
    else if (piece.startsWith('</')) {
      if (piece !== `</${current.name}>`) throw new Error(`${piece} closes ${current.name}`)
      open.pop()
    } else {
      const element = opened(piece)
      current.elements.push(element)
      if (!piece.endsWith('/>')) open.push(element)
    }
  }
  const [root, ...others] = document.elements
  if (open.length !== 1 || root === undefined || others.length > 0 || document.text.trim() !== '')
    throw new Error('not one element that is closed')
  return root
}

function opened(tag: string): XmlElement {
  const [, name, written] =
    /^<([A-Za-z_][\w.-]*)((?:\s+[A-Za-z_][\w.-]*="[^"<\n]*")*)\s*\/?>$/.exec(tag) ?? []
  if (name === undefined) throw new Error(`not a tag: ${tag}`)
  const attributes: Record<string, string> = {}
  for (const [, key, value] of written!.matchAll(/([\w.-]+)="([^"]*)"/g)) {
    if (Object.hasOwn(attributes, key!)) throw new Error(`${key} stands twice in ${tag}`)
    attributes[key!] = decoded(value!)
  }
  return { name, attributes, elements: [], text: '' }
}

function decoded(text: string): string {
  if (/[<>]/.test(text)) throw new Error(`not escaped: ${text}`)
  return text.replace(/&([^;&]*;?)/g, (whole, name: string) => {
    const known = name.endsWith(';') ? entities[name.slice(0, -1)] : undefined
    if (known === undefined) throw new Error(`no entity: ${whole}`)
    return known
  })
}
