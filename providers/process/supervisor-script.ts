/**
 * The program that keeps one server: a POSIX shell script, so that it outlives ferry and needs nothing that a Linux
 * machine lacks (sh and coreutils, flock and setsid of util-linux). It must never start a second server of a unit.
 *
 * Arguments: token of the launch, PATH for its own tools, then the server's command. Working directory: the unit's.
 * Files in run/, each replaced as a whole:
 *   lock        held by the supervisor and inherited by the server, so that no other server starts while one of them lives
 *   supervisor  PID START-TIME BOOT-ID TOKEN starting|waiting
 *   server      PID START-TIME BOOT-ID TIME   written by the server's own process before it becomes the server
 *   exit        TOKEN STATUS asked|itself TIME   how the server last ended
 *   restart     no|on-failure|always; read each time the server ends
 * TERM: ends the server politely and then itself. USR1: ends a pause between two starts.
 * Every variable begins with ferry_ because the server inherits the exported ones of its unit.
 */

/** Exit statuses of the script itself. */
export const SUPERVISOR_EXIT = { missingTool: 69, cannotWrite: 73, alreadyRunning: 75 } as const;

/** Bytes above which a log is put aside before the server starts. */
export const LOG_LIMIT = 50 * 1024 * 1024;

/** Seconds after which a server that ended counts as having worked, so that the next pause is short again. */
const STEADY_SECONDS = 60;

export const SUPERVISOR_SCRIPT = String.raw`ferry_token=$1; ferry_tools=$2; shift 2
ferry_path=$PATH; PATH=$ferry_tools; umask 077
for ferry_tool in flock setsid date mv sleep; do
  command -v "$ferry_tool" >/dev/null 2>&1 || { echo "ferry: $ferry_tool is not in $PATH" >&2; exit 69; }
done
read -r ferry_boot </proc/sys/kernel/random/boot_id || exit 69

ferry_started() {
  read -r ferry_line <"/proc/$1/stat" || return 1
  ferry_line=${"$"}{ferry_line##*) }
  set -- $ferry_line
  case $1 in Z|X|x) return 1 ;; esac
  printf '%s' "${"$"}{20}"
}
ferry_write() {
  printf '%s\n' "$2" >"run/.$1.new" && mv -f "run/.$1.new" "run/$1" || exit 73
}

exec 9>>run/lock
flock -n 9 || exit 75
if read -r ferry_a ferry_b ferry_c ferry_d 2>/dev/null <run/server; then
  [ "$ferry_c" = "$ferry_boot" ] && [ "$(ferry_started "$ferry_a" 2>/dev/null)" = "$ferry_b" ] && exit 75
fi

ferry_pid= ferry_stopping= ferry_signalled= ferry_delay=1
trap 'ferry_stopping=1; ferry_signalled=1; [ -z "$ferry_pid" ] || kill -TERM "$ferry_pid" 2>/dev/null' TERM
trap 'ferry_signalled=1' USR1
rm -f run/server run/exit
ferry_self="$$ $(ferry_started $$) $ferry_boot $ferry_token"
ferry_write supervisor "$ferry_self starting"

while [ -z "$ferry_stopping" ]; do
  if [ -f logs/server.log ] && [ "$(wc -c <logs/server.log)" -gt ${LOG_LIMIT} ]; then mv -f logs/server.log logs/server.log.1; fi
  ferry_begun=$(date +%s)
  setsid sh -c '
    read -r ferry_line <"/proc/$$/stat" && read -r ferry_boot </proc/sys/kernel/random/boot_id || exit 73
    ferry_line=${"$"}{ferry_line##*) }; ferry_path=$1; shift
    ferry_start() { printf "%s" "${"$"}{20}"; }
    printf "%s %s %s %s\n" "$$" "$(ferry_start $ferry_line)" "$ferry_boot" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" >run/.server.new &&
      mv -f run/.server.new run/server || exit 73
    PATH=$ferry_path; unset ferry_line ferry_boot ferry_path
    exec "$@"' ferry-server "$ferry_path" "$@" </dev/null >>logs/server.log 2>&1 &
  ferry_pid=$!
  [ -z "$ferry_stopping" ] || kill -TERM "$ferry_pid" 2>/dev/null
  while :; do
    ferry_signalled=
    wait "$ferry_pid"
    ferry_status=$?
    [ -n "$ferry_signalled" ] || break
  done
  # The server is its group's leader: nothing of it may stay behind and hold its ports.
  kill -s KILL -- "-$ferry_pid" 2>/dev/null
  ferry_pid=
  ferry_why=itself; [ -z "$ferry_stopping" ] || ferry_why=asked
  ferry_write exit "$ferry_token $ferry_status $ferry_why $(date -u +%Y-%m-%dT%H:%M:%SZ)"
  sync run/exit 2>/dev/null
  [ -z "$ferry_stopping" ] || break
  ferry_policy=no; read -r ferry_policy <run/restart
  case $ferry_policy in
    always) ;;
    on-failure) [ "$ferry_status" -ne 0 ] || break ;;
    *) break ;;
  esac
  [ $(($(date +%s) - ferry_begun)) -lt ${STEADY_SECONDS} ] || ferry_delay=1
  ferry_signalled=
  ferry_write supervisor "$ferry_self waiting"
  sleep "$ferry_delay" 9>&- &
  ferry_nap=$!
  [ -n "$ferry_signalled" ] || wait "$ferry_nap"
  kill "$ferry_nap" 2>/dev/null
  ferry_delay=$((ferry_delay * 2)); [ "$ferry_delay" -le 30 ] || ferry_delay=30
  ferry_write supervisor "$ferry_self starting"
done
rm -f run/supervisor
exit 0
`;
