#!/bin/sh
# Looks at the services from inside a booted system; check-packages puts it there and reads what it says. The packages are installed, nothing
# was set up yet, and packages of a higher version lie in /root. Ends with "booted: all is well", or with what was not.
set -eu
portal_data=/var/lib/plotmeter/portal
collector_state=/var/lib/plotmeter/collector

wrong() {
  echo "booted: $*"
  for unit in plotmeter-portal plotmeter-collector; do systemctl --no-pager --full status $unit || true; journalctl --no-pager -n 30 -u $unit || true; done
  exit 1
}
of() { systemctl show --value -p "$2" "plotmeter-$1"; }
# until SECONDS WHAT COMMAND…: asks again and again.
until_so() {
  tries=$(($1 * 5))
  what=$2
  shift 2
  until "$@"; do
    tries=$((tries - 1))
    [ $tries -gt 0 ] || wrong "still not so: $what"
    sleep 0.2
  done
}
is() { [ "$(of "$1" "$2")" = "$3" ]; }
status_of() { grep "^$2:" "/proc/$(of "$1" MainPID)/status" | cut -f 2 | cut -d ' ' -f 1; }
portal() { runuser -u plotmeter-portal -- plotmeter-portal "$@" --data $portal_data; }
collector() { runuser -u plotmeter-collector -- plotmeter-collector "$@" --state $collector_state; }

# Enabled, and not started before there is something to start with.
for role in portal collector; do
  [ "$(systemctl is-enabled plotmeter-$role)" = enabled ] || wrong "plotmeter-$role is not enabled"
  systemctl start plotmeter-$role || wrong "plotmeter-$role: an unmet condition is a failure"
  is $role ActiveState inactive || wrong "plotmeter-$role runs though nothing was set up"
  is $role ConditionResult no || wrong "plotmeter-$role has no condition"
done

portal init --name localhost >/dev/null
systemctl start plotmeter-portal || wrong "the portal does not start"
is portal ActiveState active || wrong "the portal is not active"
grep -q ':01BB .* 0A ' /proc/net/tcp || wrong "nobody listens on port 443"
[ "$(status_of portal CapEff)" = 0000000000000400 ] || wrong "the portal has other capabilities than CAP_NET_BIND_SERVICE"
case "$(of portal StatusText)" in "listens on port 443") ;; *) wrong "the portal's status is '$(of portal StatusText)'" ;; esac

portal reseller add --name North >/dev/null
portal customer add --reseller North --name Bridge >/dev/null
portal site add --customer Bridge --name Yard --time-zone Europe/Madrid >/dev/null
code=$(portal enrolment add --site Yard --json | sed 's/.*"code":"\([^"]*\)".*/\1/')
install -m 0644 $portal_data/tls/certificate.pem /etc/plotmeter/portal-ca.pem
collector enrol --portal https://localhost --code "$code" --ca /etc/plotmeter/portal-ca.pem
cp -p /etc/plotmeter/collector.toml /root/settings
printf 'heartbeat = "1s"\njob-interval = "1s"\ninterval = "1s"\nrange = "127.0.0.9"\n' >>/etc/plotmeter/collector.toml
systemctl start plotmeter-collector || wrong "the collector does not start"
[ "$(status_of collector CapEff)" = 0000000000000000 ] || wrong "the collector has capabilities"
is_heard() { portal collector list --json | grep -q '"heard_at":"2'; }
until_so 60 "the portal hears the collector, through all that both units forbid" is_heard

for role in portal collector; do
  pid=$(of $role MainPID)
  [ "$(status_of $role Seccomp)" = 2 ] || wrong "plotmeter-$role has no filter of system calls"
  [ "$(status_of $role NoNewPrivs)" = 1 ] || wrong "plotmeter-$role may get new privileges"
  [ "$(status_of $role Uid)" != 0 ] || wrong "plotmeter-$role is root"
  ! nsenter -t "$pid" -m -- touch /etc/plotmeter/by-service 2>/dev/null || wrong "plotmeter-$role sees a system that it can write"
  nsenter -t "$pid" -m -- touch /var/lib/plotmeter/$role/by-service || wrong "plotmeter-$role cannot write its state"
  rm /var/lib/plotmeter/$role/by-service
  systemd-analyze security --threshold=20 plotmeter-$role >/dev/null || wrong "plotmeter-$role is more exposed than 2.0"
done
echo "booted: both services run under all that their units forbid, and speak with each other on port 443"

# Watched: what goes round stays, what hangs is started anew.
for role in portal collector; do
  mkdir -p /run/systemd/system/plotmeter-$role.service.d
  printf '[Service]\nWatchdogSec=4s\nRestartSec=1s\n' >/run/systemd/system/plotmeter-$role.service.d/watched.conf
  systemctl daemon-reload
  systemctl restart plotmeter-$role
  pid=$(of $role MainPID)
  sleep 10
  is $role MainPID "$pid" || wrong "plotmeter-$role was taken for hanging while it worked"
  kill -STOP "$pid"
  is_another() { [ "$(of $role NRestarts)" = 1 ] && is $role ActiveState active && ! is $role MainPID "$pid"; }
  until_so 30 "plotmeter-$role hangs and is started anew" is_another
  rm -r /run/systemd/system/plotmeter-$role.service.d
done
systemctl daemon-reload
systemctl restart plotmeter-portal plotmeter-collector
echo "booted: a service that hangs is started anew, one that works is not"

systemctl reload plotmeter-portal || wrong "the portal cannot be reloaded"
has_reloaded() { journalctl --no-pager -u plotmeter-portal | grep -q certificate_reloaded; }
until_so 10 "the portal reads its certificate again" has_reloaded

# An update restarts what runs and nothing else.
systemctl stop plotmeter-portal
pid=$(of collector MainPID)
dpkg -i --force-confold /root/plotmeter-*+later*.deb >/dev/null 2>&1 || wrong "the update failed"
is collector ActiveState active && ! is collector MainPID "$pid" || wrong "the collector was not restarted by its update"
is portal ActiveState inactive || wrong "the update started a portal that was stopped"
systemctl start plotmeter-portal || wrong "the portal does not start after its update"
echo "booted: an update restarts what runs, and nothing else"

# A wrong setting is not tried again and again.
echo 'interval = "soon"' >>/etc/plotmeter/collector.toml
sed -i '/^interval = "1s"$/d' /etc/plotmeter/collector.toml
systemctl restart plotmeter-collector 2>/dev/null && wrong "a wrong setting starts"
is collector ActiveState failed && is collector ExecMainStatus 2 && is collector NRestarts 0 || wrong "a wrong setting is tried again and again"
cp -p /root/settings /etc/plotmeter/collector.toml
systemctl start plotmeter-collector || wrong "the collector does not start with its settings mended"

# An orderly end, and removal while it runs.
systemctl stop plotmeter-collector
is collector Result success || wrong "the collector did not end well: $(of collector Result)"
systemctl start plotmeter-collector
dpkg --remove plotmeter-collector plotmeter-portal >/dev/null 2>&1 || wrong "removal of running services failed"
! grep -q '^plotmeter-' /proc/[0-9]*/comm 2>/dev/null || wrong "a service outlives its package"
echo "booted: all is well"
