const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;

/** Beginnings of names that loaders, runtimes, libraries and tools read before or beside Envoy; in upper case. */
const OF_THE_HOST =
  /^(?:LD|DYLD|NODE|NPM|GLIBC|MALLOC|TCMALLOC|GCONV|GETCONF|PYTHON|PERL|RUBY|JAVA|JDK|GIT|SSH|SSL|OPENSSL|AWS|GOOGLE|GCE|AZURE|XDG|DBUS|SYSTEMD|LISTEN|NOTIFY|INVOCATION|CREDENTIALS|KUBERNETES|GRPC|CARES|CURL|BASH|LC|RES|ENVOY|PHAROS|[ABLMTU]+SAN)_|^(?:PATH|HOME|SHELL|USER|LOGNAME|PWD|OLDPWD|MAIL|TERM|TMPDIR|TMP|TEMP|ENV|IFS|CDPATH|PS4|SHELLOPTS|LANG|LANGUAGE|TZ|TZDIR|HOSTALIASES|LOCALDOMAIN|LOCPATH|NLSPATH|SSLKEYLOGFILE|KUBECONFIG|GODEBUG|HEAPPROFILE|HEAPCHECK|CPUPROFILE|HOSTNAME|EVENT_(?:NO[A-Z0-9]+|EPOLL_USE_CHANGELIST|PRECISE_TIMER|SHOW_METHOD)|(?:HTTPS?|FTP|ALL|NO|NO_GRPC)_PROXY)$/;

/**
 * What is wrong with the name of an environment variable that comes from elsewhere than the proxy's host; undefined when nothing
 * is. A name by which the host's own programs, loaders and libraries are steered stays the host's.
 */
export function checkEnvironmentName(text: string): string | { readonly notHandled: string } | undefined {
  if (!NAME.test(text)) return "is not the name of an environment variable (letters, digits and _, at most 128)";
  return isOfTheHost(text)
    ? {
        notHandled:
          "programs of the proxy's host are steered by it: set it there, in environment of the file of pharos agent --config",
      }
    : undefined;
}

function isOfTheHost(name: string): boolean {
  return OF_THE_HOST.test(name.toUpperCase());
}
