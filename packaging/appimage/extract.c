/* Unpacks the image. Names that would lead elsewhere are refused, and no link is followed on the way: every step is taken from the
 * folder that was made before. */

#include "runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <squashfuse/squashfuse.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* As deep as any image of ours, and far from the end of the stack. */
enum { DEEPEST = 64, BLOCK = 1 << 18 };

static bool fail(const char *name, const char *why)
{
    fprintf(stderr, SAYS "“%s” could not be unpacked: %s\n", name, why);
    return false;
}

static bool fail_by_system(const char *name)
{
    bool full = errno == ENOSPC || errno == EDQUOT;

    return fail(name, full ? "there is no room left there. Make some, or set TMPDIR to a folder with more." : strerror(errno));
}

static bool write_all(int file, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t done = write(file, bytes, size);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        bytes += done;
        size -= (size_t)done;
    }
    return true;
}

static bool copy_file(sqfs *image, sqfs_inode *inode, int at, const char *name)
{
    static char block[BLOCK];
    mode_t mode = inode->base.mode & 0777;
    uint64_t size = inode->xtra.reg.file_size;
    int file = openat(at, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    bool right = file >= 0;

    for (uint64_t done = 0; right && done < size;) {
        sqfs_off_t part = BLOCK;
        if (sqfs_read_range(image, inode, (sqfs_off_t)done, &part, block) != SQFS_OK || part <= 0) {
            close(file);
            return fail(name, "the AppImage is damaged. Get it anew.");
        }
        right = write_all(file, block, (size_t)part);
        done += (uint64_t)part;
    }
    if (file >= 0 && close(file) != 0)
        right = false;
    return right ? true : fail_by_system(name);
}

static bool copy_link(sqfs *image, sqfs_inode *inode, int at, const char *name)
{
    size_t size = inode->xtra.symlink_size + 1;
    char *target = malloc(size);
    bool right = target && sqfs_readlink(image, inode, target, &size) == SQFS_OK && symlinkat(target, at, name) == 0;

    free(target);
    return right ? true : fail_by_system(name);
}

static bool copy_folder(sqfs *image, sqfs_inode *folder, int at, int depth);

static bool copy_entry(sqfs *image, sqfs_dir_entry *entry, int at, int depth)
{
    const char *name = sqfs_dentry_name(entry);
    sqfs_inode inode;
    int inner;
    bool right;

    if (name[0] == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || strchr(name, '/') || depth > DEEPEST)
        return fail(name, "this is no name for a file in an image. Do not use this AppImage.");
    if (sqfs_inode_get(image, &inode, sqfs_dentry_inode(entry)) != SQFS_OK)
        return fail(name, "the AppImage is damaged. Get it anew.");
    if (S_ISREG(inode.base.mode))
        return copy_file(image, &inode, at, name);
    if (S_ISLNK(inode.base.mode))
        return copy_link(image, &inode, at, name);
    if (!S_ISDIR(inode.base.mode))
        return fail(name, "it is neither a file nor a folder nor a link. Do not use this AppImage.");
    if (mkdirat(at, name, 0755) != 0)
        return fail_by_system(name);
    inner = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (inner < 0)
        return fail_by_system(name);
    right = copy_folder(image, &inode, inner, depth + 1);
    close(inner);
    return right;
}

static bool copy_folder(sqfs *image, sqfs_inode *folder, int at, int depth)
{
    sqfs_dir listing;
    sqfs_dir_entry entry;
    sqfs_name name;
    sqfs_err error = SQFS_OK;

    if (sqfs_dir_open(image, folder, &listing, 0) != SQFS_OK)
        return fail(".", "the AppImage is damaged. Get it anew.");
    sqfs_dentry_init(&entry, name);
    while (sqfs_dir_next(image, &listing, &entry, &error))
        if (!copy_entry(image, &entry, at, depth))
            return false;
    return error == SQFS_OK ? true : fail(".", "the AppImage is damaged. Get it anew.");
}

bool extract_image(const char *path, size_t offset, const char *folder)
{
    sqfs image;
    sqfs_inode root;
    int at;
    bool right = false;

    if (sqfs_open_image(&image, path, offset) != SQFS_OK)
        return false;
    at = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (at < 0)
        fail(folder, strerror(errno));
    else if (sqfs_inode_get(&image, &root, sqfs_inode_root(&image)) != SQFS_OK)
        fail(path, "the AppImage is damaged. Get it anew.");
    else
        right = copy_folder(&image, &root, at, 0);
    if (at >= 0)
        close(at);
    sqfs_fd_close(image.fd);
    sqfs_destroy(&image);
    return right;
}
