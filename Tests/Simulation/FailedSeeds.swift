// SPDX-License-Identifier: Apache-2.0

/// Seeds that found a mistake once, each with what it was.
let failedSeeds: [UInt64] = [
    16,  // a change that failed half way left the catalog with what had been there before
    57,  // an idle client never asked whether its server had lost something
    59,  // a catalog that had lost one batch and found one difference was taken for the one that the client knew
    90,  // a directory that was made in one that moved was watched, and never told
    111,  // as 303, where the other name had been sent before
    115,  // a file that was rewritten, and renamed over another, was moved with its old content
    250,  // a directory of which a part was removed stayed confirmed as a whole
    291,  // what was absent below a directory that had moved already was not looked for at its new place
    303,  // names were never joined where the destination could not hold the owner that they had in common
    339,  // two names of a file whose removal was held touched each other for ever
    470,  // what was written by one name of a file never came to its other names, unless they were mirrored as one
    519,  // what was not found in a directory that was away for a moment was not looked for when it was back
    1029,  // a large file was finished by its failed move while its upload went on, which ended the process
    1057,  // the same, where the watch told of the move only after the removal had been confirmed
    1138,  // what had moved into a directory of the same batch was nobody's after a crash
    1180,  // a large file that was rewritten within one timestamp, and moved, kept its old content
    1834,  // what moves to an ignored name changes the time of its directory
    1929,  // as 90
    2336,  // what had been removed in a directory that moved while the client was down stayed
    2382,  // a name of a file was moved over another name of it, which rename(2) does not do
    2942,  // a directory that could not be given its time back was recorded as if it had it
    3204,  // when a move could not be sent, what it was to take away was forgotten
    3301,  // a name that was gone, and whose removal was held, was touched for ever by the file's other names
    3827,  // names were given without notes, and after a failure nobody knew whose they were
    5393,  // after a power loss an index that a refused change had shown to be wrong passed for right
    5626,  // what a batch had put where nothing could be seen after a failure was nobody's
    6318,  // what had become another name of a file, and could not be looked at then, stayed recorded as it had been
    9668,  // what the server lacked of joined names was not asked for where the clock had been set back
    12691,  // a recorded batch whose note could not be removed was completed once more
    12711,  // as 3301: the client never rested
    21747,  // a directory that was away when it was looked for was not looked for when it was back
    21948,  // what a scan found gone below a directory that was back was covered by the deletion of that one
    23018,  // the server crashed for ever, so that what it could not hold never was out of attempts
    32402,  // a scan took what was on its way to be removed, and was back, for confirmed
]
