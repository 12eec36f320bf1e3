// The topics of `culprit help`. A topic is a part of a page that ships with the package, so that each fact stands in one place.

export interface HelpTopic {
  /** For lists of topics. */
  summary: string;
  /** From the root of the package. */
  page: string;
  /** Headings of the page; null is what stands before the first of them. */
  sections: readonly (string | null)[];
  /** The page with all of it, where `page` is the short form. */
  more?: string;
}

/** In the order of the list. Exit codes have no page: src/exit-codes.ts is their source. */
export const HELP_TOPICS = {
  targets: { summary: 'what to give as a target', page: 'docs/configuration.md', sections: ['Targets'] },
  safety: {
    summary: 'what culprit does in a process, and how it leaves it',
    page: 'README.md',
    sections: ['Safety'],
    more: 'docs/safety.md',
  },
  costs: {
    summary: 'what a capture costs the target',
    page: 'README.md',
    sections: ['What it costs the target'],
    more: 'docs/costs.md',
  },
  limits: {
    summary: 'what culprit cannot do',
    page: 'README.md',
    sections: ['Limits'],
    more: 'docs/limits.md',
  },
  pods: { summary: 'pods, containers and other hosts', page: 'docs/pods.md', sections: [null] },
  ci: { summary: 'comparisons and gates in CI', page: 'docs/ci-and-gates.md', sections: [null, 'Gates'] },
  files: {
    summary: 'files of other tools that culprit reads',
    page: 'docs/files-of-other-tools.md',
    sections: ['What culprit reads'],
  },
  environment: {
    summary: 'environment variables',
    page: 'docs/environment.md',
    sections: [null, 'Others'],
  },
  'exit-codes': { summary: 'what the exit codes mean', page: 'README.md', sections: [] },
  terms: { summary: 'the terms of reports and options', page: 'docs/glossary.md', sections: [null] },
} as const satisfies Record<string, HelpTopic>;

export type HelpTopicName = keyof typeof HELP_TOPICS;

export const HELP_TOPIC_NAMES = Object.keys(HELP_TOPICS) as HelpTopicName[];
