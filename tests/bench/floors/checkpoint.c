/* The floor of a checkpoint that survives a power cut: the same durable writes, and nothing that
 * decides or reads. For each line on standard input, the name of a folder, it writes a checkpoint
 * file, a line of the manifest and a record of the bytes given into that folder, which it makes
 * where it is missing, and prints the seconds that took.
 *
 *     checkpoint ROOT FILE_BYTES LINE_BYTES RECORD_BYTES
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { LONGEST_NAME = 256, MOST_BYTES = 1024 * 1024 };

static char bytes[MOST_BYTES];

static int replace(int folder, const char *name, size_t size)
{
    int file = openat(folder, ".temporary", O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                      0600);
    if (file < 0 || write(file, bytes, size) < 0 || fsync(file) < 0)
        return -1;
    close(file);
    if (renameat(folder, ".temporary", folder, name) < 0)
        return -1;
    return fsync(folder);
}

static int append(int folder, const char *name, size_t size)
{
    int file = openat(folder, name, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0 || write(file, bytes, size) < 0 || fsync(file) < 0)
        return -1;
    return close(file);
}

static int checkpoint(int root, const char *name, int number, char **sizes)
{
    char file[32];
    snprintf(file, sizeof file, "checkpoint-%d.md", number);
    int folder = openat(root, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0 || replace(folder, file, atol(sizes[0])) < 0
        || append(folder, "manifest.jsonl", atol(sizes[1])) < 0
        || replace(folder, "policy-state.json", atol(sizes[2])) < 0)
        return -1;
    return close(folder);
}

int main(int argc, char **argv)
{
    int root = argc == 5 ? open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (root < 0)
        return 2;
    memset(bytes, 'x', sizeof bytes);
    char line[LONGEST_NAME];
    for (int number = 0; fgets(line, sizeof line, stdin); number++) {
        line[strcspn(line, "\n")] = '\0';
        if (mkdirat(root, line, 0700) < 0 && errno != EEXIST)
            return 1;
        struct timespec before, after;
        clock_gettime(CLOCK_MONOTONIC, &before);
        if (checkpoint(root, line, number, argv + 2) < 0)
            return 1;
        clock_gettime(CLOCK_MONOTONIC, &after);
        printf("%.9f\n", (after.tv_sec - before.tv_sec) + (after.tv_nsec - before.tv_nsec) / 1e9);
        fflush(stdout);
    }
    return 0;
}
