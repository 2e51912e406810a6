/* The parts of the runtime that stands at the front of an AppImage, and what each offers the others. */

#ifndef FILEXFER_RUNTIME_H
#define FILEXFER_RUNTIME_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* What the runtime says of itself begins with this. */
#define SAYS "AppImage: "

/* image.c: where the squashfs image lies in the file `path`: behind the ELF program that this is. 0 where there is none. */
size_t image_offset(const char *path);

/* image.c: whether the image there is as long as its head says, and all that the head names lies in it. */
bool image_is_whole(const char *path, size_t offset);

/* mount.c: has a process of its own serve the image at `point`, an empty folder, until every descriptor like the one returned is
 * closed and nothing there is in use; that process removes the folder then. Returns -1 where this system does not let us mount. */
int mount_image(const char *path, size_t offset, const char *point);

/* mount.c: unmounts what nobody serves any more at `point`, as far as we may, and removes that folder if nothing is in it. */
void remove_dead_mount(const char *point);

/* extract.c: writes what is in the image into `folder`, which must be empty. Says what went wrong, and returns false. */
bool extract_image(const char *path, size_t offset, const char *folder);

/* keep.c: has a process of its own remove `folder` with all that is in it, once every descriptor like the one returned is closed and
 * no program runs from there. Returns -1 where there could be no such process. */
int keep_until_unused(const char *folder);

/* keep.c: whether a program of this user's runs from `folder`. */
bool in_use(const char *folder);

/* place.c: makes an empty folder of this user's own and writes its name, of at most PATH_MAX bytes, into `folder`; where `programs`
 * are to run from there, only where the system lets them. Removes what earlier ones left beside it. */
bool new_folder(char *folder, bool programs);

/* keep.c: removes `folder` and all that is in it. Follows no link. */
void remove_tree(const char *folder);

/* keep.c: splits off a process that belongs to no terminal and holds none of this one's streams. In it returns 0; in the caller the
 * first child's number, already waited for, or -1. */
pid_t split_off(void);

/* keep.c: closes everything but the streams and these two: locks and pipes of whoever started us are the app's to keep, not ours. */
void hold_only(int one, int other);

#endif
