/* The process that stays behind an unpacked image, and takes it away when nobody uses it any more. */

#include "runtime.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Seconds between two looks, at first and at most. */
enum { SOON = 1, LATE = 30 };

pid_t split_off(void)
{
    pid_t child = fork();
    int nothing;

    if (child > 0) {
        int status;
        while (waitpid(child, &status, 0) < 0)
            if (errno != EINTR)
                return -1;
        return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? child : -1;
    }
    if (child < 0)
        return -1;
    /* Twice, so that nobody but the system's first process has to wait for it. */
    child = fork();
    if (child != 0)
        _exit(child < 0);
    setsid();
    if (chdir("/") != 0)
        _exit(1);
    /* Whoever reads the app's output must not wait for us. */
    nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (nothing < 0)
        /* Small rooms have no devices; anything that takes the place of a stream will do. */
        nothing = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (int stream = 0; stream < 3; stream++)
        if (nothing < 0 || dup2(nothing, stream) < 0)
            _exit(1);
    return 0;
}

void hold_only(int one, int other)
{
    unsigned low = (unsigned)(one < other ? one : other), high = (unsigned)(one < other ? other : one);

    if (low > STDERR_FILENO + 1)
        close_range(STDERR_FILENO + 1, low - 1, 0);
    if (high > low + 1)
        close_range(low + 1, high - 1, 0);
    close_range(high + 1, ~0U, 0);
}

/* Whether the program of process `number` lies in `folder`. */
static bool runs_from(const char *number, const char *folder)
{
    char link[64], program[PATH_MAX];
    ssize_t length;

    snprintf(link, sizeof link, "/proc/%.20s/exe", number);
    length = readlink(link, program, sizeof program - 1);
    if (length < 0)
        return false;
    program[length] = '\0';
    return strncmp(program, folder, strlen(folder)) == 0 && program[strlen(folder)] == '/';
}

bool in_use(const char *folder)
{
    DIR *processes = opendir("/proc");
    struct dirent *one;
    bool found = false;

    while (processes && !found && (one = readdir(processes)))
        found = one->d_name[0] >= '0' && one->d_name[0] <= '9' && runs_from(one->d_name, folder);
    if (processes)
        closedir(processes);
    return found;
}

/* Has a signal end a sleep, and nothing else. */
static void wake(int number)
{
    (void)number;
}

/* What the split-off process does once `alive` is all that it shares with the others. */
static void keep(const char *folder, int alive)
{
    unsigned pause = SOON;
    char byte;
    int locked;

    hold_only(alive, alive);
    /* As tmpfiles.d(5) has it: what is locked is not cleaned up for its age. */
    locked = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (locked >= 0)
        flock(locked, LOCK_EX | LOCK_NB);
    while (read(alive, &byte, 1) > 0)
        ;
    /* The window has gone, the work it left to its service may not have. */
    while (in_use(folder))
        pause = sleep(pause) > 0 ? SOON : pause < LATE ? pause + 1 : LATE;
    remove_tree(folder);
    _exit(0);
}

int keep_until_unused(const char *folder)
{
    int ends[2];
    sigset_t end, before;
    pid_t child;

    if (pipe(ends) != 0)
        return -1;
    /* The end of a session would end the new process beside the app, and the folder stay. Held back until that one is ready. */
    sigemptyset(&end);
    sigaddset(&end, SIGTERM);
    sigprocmask(SIG_BLOCK, &end, &before);
    child = split_off();
    if (child == 0)
        signal(SIGTERM, wake);
    sigprocmask(SIG_SETMASK, &before, NULL);
    if (child != 0) {
        close(ends[0]);
        if (child < 0)
            close(ends[1]);
        return child < 0 ? -1 : ends[1];
    }
    close(ends[1]);
    keep(folder, ends[0]);
    return -1;
}

/* Removes what is in the folder that `descriptor` stands for, and closes it. */
static void empty(int descriptor)
{
    DIR *folder = fdopendir(descriptor);
    struct dirent *one;

    if (!folder) {
        close(descriptor);
        return;
    }
    while ((one = readdir(folder))) {
        int inner;
        if (strcmp(one->d_name, ".") == 0 || strcmp(one->d_name, "..") == 0 || unlinkat(descriptor, one->d_name, 0) == 0)
            continue;
        /* Folders of the image may be read-only. */
        fchmodat(descriptor, one->d_name, 0700, 0);
        inner = openat(descriptor, one->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (inner >= 0)
            empty(inner);
        unlinkat(descriptor, one->d_name, AT_REMOVEDIR);
    }
    closedir(folder);
}

void remove_tree(const char *folder)
{
    int descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (descriptor >= 0)
        empty(descriptor);
    rmdir(folder);
}
