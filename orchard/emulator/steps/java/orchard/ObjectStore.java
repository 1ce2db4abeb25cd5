package orchard;

import java.io.FileNotFoundException;
import java.io.IOException;

import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.viewfs.ViewFileSystemOverloadScheme;
import org.apache.hadoop.util.Progressable;

/**
 * Buckets as directories, which refuse what S3A refuses and directories do not: to rename onto a file or a directory
 * with something in it, to append, to truncate (Hadoop 3.3, S3AFileSystem: initiateRename as of HADOOP-16721, append).
 *
 * The class file beside this is made from it by the Java compiler that Spark carries; a test compares the two:
 * .venv/bin/python -m checks.object_store
 */
public class ObjectStore extends ViewFileSystemOverloadScheme {
    public ObjectStore() throws IOException {
    }

    public boolean rename(Path source, Path target) throws IOException {
        FileStatus moved = getFileStatus(source); // raises FileNotFoundException where there is nothing
        if (source.equals(target)) {
            return moved.isFile();
        }
        FileStatus there;
        try {
            there = getFileStatus(target);
        } catch (FileNotFoundException nothing) {
            return super.rename(source, target);
        }
        if (there.isFile()) {
            String why = moved.isFile() ? "destination file exists" : "source is a directory and dest is a file";
            throw new FileAlreadyExistsException("Failed to rename " + source + " to " + target + "; " + why);
        }
        if (moved.isDirectory() && listStatus(target).length > 0) {
            return false;
        }
        return super.rename(source, target);
    }

    public FSDataOutputStream append(Path path, int buffer, Progressable progress) throws IOException {
        throw new UnsupportedOperationException("Append is not supported by S3AFileSystem");
    }

    public boolean truncate(Path path, long length) throws IOException {
        throw new UnsupportedOperationException("Not implemented by the S3AFileSystem FileSystem implementation");
    }
}
