/* The floor of a rehydration: the same system calls that find and read one session's record, and
 * nothing that understands it. Reads folder names from standard input, a line each, and prints the
 * seconds of CPU time one of them takes.
 *
 *     rehydrate ROOT ROUNDS
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { LONGEST_NAME = 256, MOST_BYTES = 64 * 1024 };

static const char STATE_FILE[] = "policy-state.json";
static const char MANIFEST[] = "manifest.jsonl";
static char record[MOST_BYTES + 1];

static int load(int root, const char *name)
{
    struct stat status;
    int folder = openat(root, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (folder < 0 || fstat(folder, &status) < 0)
        return -1;
    int file = openat(folder, STATE_FILE, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (file < 0 || fstat(file, &status) < 0 || read(file, record, status.st_size + 1) < 0)
        return -1;
    close(file);
    int is_missing = fstatat(folder, MANIFEST, &status, AT_SYMLINK_NOFOLLOW);
    close(folder);
    return is_missing;
}

int main(int argc, char **argv)
{
    static char line[LONGEST_NAME];
    char **names = NULL;
    size_t count = 0, room = 0;
    int root = argc == 3 ? open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (root < 0)
        return 2;
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = '\0';
        if (count == room) {
            room = room ? room * 2 : 1024;
            names = realloc(names, room * sizeof *names);
        }
        names[count++] = strdup(line);
    }
    struct timespec before, after;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
    int rounds = atoi(argv[2]);
    for (int round = 0; round < rounds; round++)
        for (size_t number = 0; number < count; number++)
            if (load(root, names[number]) < 0)
                return 1;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
    double seconds = (after.tv_sec - before.tv_sec) + (after.tv_nsec - before.tv_nsec) / 1e9;
    printf("%.12f\n", seconds / ((double)rounds * count));
    return 0;
}
