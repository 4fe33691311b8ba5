import { type PushedTo } from '../../components/cohorts/cohort-client';
import { membersText } from '../../components/cohorts/cohort-text';
import { formatCount } from '../../components/format';

/** What webhooks were told, in words. */
export function pushedText(pushed: readonly PushedTo[], unit: string): { title: string; text: string } {
  const lines = pushed.map(({ webhook, members, full, added, removed }) => {
    if (full) {
      return `${webhook} was told all ${membersText(members, unit)}.`;
    }
    return added === 0 && removed === 0
      ? `${webhook} knew all ${membersText(members, unit)}.`
      : `${webhook} was told ${formatCount(added)} that came and ${formatCount(removed)} that went: ${membersText(members, unit)} now.`;
  });
  return { title: 'Pushed', text: lines.join(' ') };
}
