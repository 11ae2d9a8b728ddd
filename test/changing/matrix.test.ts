import { describeMatrix, storiesOver } from './matrix.ts';
import { openSqliteLedger } from './sqlite-ledger.ts';
import { killStory, unwrittenStory } from './stories.ts';

describeMatrix(
  {
    ...storiesOver(openSqliteLedger),
    'killed before the record': () => killStory(openSqliteLedger, 'before the record'),
    'the record cannot be written': () => unwrittenStory(openSqliteLedger),
  },
  570,
);
