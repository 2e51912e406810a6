/* Where the temporary folder is made, and what earlier ones left there: one whose keeper was killed, or that a power cut surprised. */

#include "runtime.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

/* What our folders are called; mkdtemp(3) fills the end in. */
#define NAME ".filexfer-XXXXXX"
#define FIXED (sizeof NAME - sizeof "XXXXXX")

/* Seconds in which a folder may be nobody's yet: it was made, and is not mounted or locked. */
enum { FRESH = 60 };

/* Removes the folder if it is this user's, on the file system `device` and not a mount on it, and nobody keeps or uses it; a mount,
 * if whoever served it was killed. */
static void take_away_if_left(const char *folder, dev_t device)
{
    struct stat status;
    int held = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (held < 0) {
        if (errno == ENOTCONN)
            remove_dead_mount(folder);
        return;
    }
    if (fstat(held, &status) == 0 && status.st_uid == getuid() && status.st_dev == device &&
        time(NULL) - status.st_mtime > FRESH && flock(held, LOCK_EX | LOCK_NB) == 0 && !in_use(folder))
        remove_tree(folder);
    close(held);
}

static void sweep(const char *place)
{
    char folder[PATH_MAX];
    struct stat status;
    struct dirent *one;
    DIR *names = opendir(place);

    if (!names)
        return;
    while (fstat(dirfd(names), &status) == 0 && (one = readdir(names)))
        if (strlen(one->d_name) == strlen(NAME) && strncmp(one->d_name, NAME, FIXED) == 0 &&
            snprintf(folder, sizeof folder, "%s/%s", place, one->d_name) < (int)sizeof folder)
            take_away_if_left(folder, status.st_dev);
    closedir(names);
}

static bool new_folder_in(const char *place, char *folder, bool programs)
{
    struct statvfs system;

    if (!place || place[0] != '/' || statvfs(place, &system) != 0 || (programs && (system.f_flag & ST_NOEXEC)))
        return false;
    sweep(place);
    return snprintf(folder, PATH_MAX, "%s/" NAME, place) < PATH_MAX && mkdtemp(folder) != NULL;
}

/* In the folder for caches of the user's home, which in a new home is made by whoever needs it first. */
static bool new_folder_in_cache(char *folder, bool programs)
{
    char cache[PATH_MAX];
    const char *home = getenv("HOME");

    if (!home || home[0] != '/' || snprintf(cache, sizeof cache, "%s/.cache", home) >= (int)sizeof cache)
        return false;
    mkdir(cache, 0700);
    return new_folder_in(cache, folder, programs);
}

bool new_folder(char *folder, bool programs)
{
    /* The runtime folder comes last: it lies in memory. */
    return new_folder_in(getenv("TMPDIR"), folder, programs) || new_folder_in("/tmp", folder, programs) ||
           new_folder_in(getenv("XDG_CACHE_HOME"), folder, programs) || new_folder_in_cache(folder, programs) ||
           new_folder_in(getenv("XDG_RUNTIME_DIR"), folder, programs);
}
