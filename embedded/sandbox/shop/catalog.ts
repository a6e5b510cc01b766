/** The shop's data, as the seed writes it and the load asks for it. */
export const productCount = 500

export interface Product {
  id: number
  name: string
  priceCents: number
}

/** The id in a path, or undefined when it is not a product's number. */
export function parseProductId(text: string): number | undefined {
  const id = Number(text)
  return Number.isSafeInteger(id) && id >= 1 && id <= productCount ? id : undefined
}
