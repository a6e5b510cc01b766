/** Share of bad outcomes over a sliding window, kept as one bucket a second. */
export interface SlidingRatio {
  count(isBad: boolean): void
  /** Between 0 and 1; 0 when nothing was counted in the window. */
  ratio(): number
}

interface Bucket {
  second: number
  total: number
  bad: number
}

export function createSlidingRatio(windowSeconds: number, nowSeconds = monotonicSeconds): SlidingRatio {
  let buckets: Bucket[] = []

  const currentBuckets = (): Bucket[] => {
    const oldest = nowSeconds() - windowSeconds
    buckets = buckets.filter(bucket => bucket.second > oldest)
    return buckets
  }

  return {
    count: isBad => {
      const second = nowSeconds()
      let bucket = currentBuckets().find(candidate => candidate.second === second)
      if (bucket === undefined) {
        bucket = { second, total: 0, bad: 0 }
        buckets.push(bucket)
      }
      bucket.total += 1
      if (isBad) bucket.bad += 1
    },
    ratio: () => {
      const counted = currentBuckets()
      const total = counted.reduce((sum, bucket) => sum + bucket.total, 0)
      const bad = counted.reduce((sum, bucket) => sum + bucket.bad, 0)
      return total === 0 ? 0 : bad / total
    },
  }
}

function monotonicSeconds(): number {
  return Math.floor(performance.now() / 1000)
}
