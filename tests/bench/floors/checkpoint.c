/* The floor of a checkpoint that survives a power cut: the same durable writes, and nothing that
 * decides or reads. It makes so many folders with a first checkpoint each and says so. Then, for each
 * line on standard input, it writes a checkpoint file, a line of the manifest and a record of the
 * bytes given into the next of them, and prints the seconds that took.
 *
 *     checkpoint ROOT FOLDERS FILE_BYTES LINE_BYTES RECORD_BYTES
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { MOST_BYTES = 1024 * 1024 };

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

static int checkpoint(int root, int folder_number, int number, char **sizes)
{
    char name[32];
    snprintf(name, sizeof name, "floor-%d", folder_number);
    int folder = openat(root, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    snprintf(name, sizeof name, "checkpoint-%d.md", number);
    if (folder < 0 || replace(folder, name, atol(sizes[0])) < 0
        || append(folder, "manifest.jsonl", atol(sizes[1])) < 0
        || replace(folder, "policy-state.json", atol(sizes[2])) < 0)
        return -1;
    return close(folder);
}

int main(int argc, char **argv)
{
    int root = argc == 6 ? open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (root < 0)
        return 2;
    memset(bytes, 'x', sizeof bytes);
    int folders = atoi(argv[2]);
    for (int number = 0; number < folders; number++) {
        char name[32];
        snprintf(name, sizeof name, "floor-%d", number);
        if (mkdirat(root, name, 0700) < 0 || checkpoint(root, number, 0, argv + 3) < 0)
            return 1;
    }
    printf("ready\n");
    fflush(stdout);
    char line[16];
    for (int number = 0; fgets(line, sizeof line, stdin); number++) {
        struct timespec before, after;
        clock_gettime(CLOCK_MONOTONIC, &before);
        if (checkpoint(root, number % folders, number / folders + 1, argv + 3) < 0)
            return 1;
        clock_gettime(CLOCK_MONOTONIC, &after);
        printf("%.9f\n", (after.tv_sec - before.tv_sec) + (after.tv_nsec - before.tv_nsec) / 1e9);
        fflush(stdout);
    }
    return 0;
}
