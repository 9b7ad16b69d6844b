/*
 * Stands between the real timedated and the kernel: setting the clock writes, in place of the machine's clock, the file
 * by which libfaketime makes porch's clock wrong (see libfaketime's README, FAKETIME_TIMESTAMP_FILE).
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int clock_settime(clockid_t clock, const struct timespec *to) {
    struct timespec now;
    const char *path = getenv("BOARD_CLOCK");
    FILE *file = path ? fopen(path, "w") : NULL;
    if (!file || clock_gettime(clock, &now)) return -1;
    fprintf(file, "%+lld\n", (long long)to->tv_sec - (long long)now.tv_sec);
    return fclose(file);
}
