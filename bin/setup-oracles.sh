#!/usr/bin/env bash
# Installs, on Debian and Ubuntu, the independent programs that the tests and benchmarks compare our work with. Each is best effort:
# without root, without network or on another system it says what is missing and still succeeds; tests that need a program skip loudly.
set -u

# program or file that proves the package is there : package (alternatives after a bar, the first that installs wins)
oracles=(
  'pdfsig:poppler-utils'
  'pgbouncer:pgbouncer'
  'qpdf:qpdf'
  'zbarimg:zbar-tools'
  'openssl:openssl'
  'xmlsec1:xmlsec1'
  'certutil:libnss3-tools'
  'softhsm2-util:softhsm2'
  'pgbench:postgresql-contrib|pgbench|postgresql'
  'etcd:etcd-server|etcd'
  'patroni:patroni'
  'chromium:chromium|chromium-browser'
  'javac:default-jdk-headless'
  'mcs:mono-mcs'
  '/usr/lib/mono/4.5/System.Net.Http.dll:libmono-system-net-http4.0-cil'
  '/usr/share/java/pdfbox2.jar:libpdfbox2-java'
  '/usr/share/java/itext5.jar:libitext5-java'
  '/usr/share/java/bcpkix.jar:libbcpkix-java'
)
# What no distribution packages comes from Maven Central with Maven or Ivy, into a folder of the user, and counts only with this sum.
jars=${LIENTHONG_ORACLES:-$HOME/.cache/lienthong-oracles}
verapdf_version=1.28.2
verapdf_sha256=687d4d8bcfec48c9f7e931cf78ed061f1eeccfba55d4cdc000ba9b4d8aa46ce6
fonts=(fonts-liberation2 fonts-liberation fonts-noto-core)

say() { printf '%s\n' "$*"; }

has() {
  case $1 in /*) [ -e "$1" ]; return ;; esac
  command -v "$1" >/dev/null 2>&1 && return 0
  # Debian keeps the server's own programs out of the PATH.
  [ "$1" = pgbench ] && compgen -G '/usr/lib/postgresql/*/bin/pgbench' >/dev/null
}

install() {
  DEBIAN_FRONTEND=noninteractive timeout 600 apt-get install -y --no-install-recommends "$1" >/dev/null 2>&1
}

has_verapdf() {
  [ -f "$jars/verapdf.jar" ] && printf '%s  %s\n' "$verapdf_sha256" "$jars/verapdf.jar" | sha256sum --check --status 2>/dev/null
}

# veraPDF (MPL-2.0 or GPL-3.0), which says whether a file keeps PDF/A. It is only run, never linked or shipped.
fetch_verapdf() {
  has_verapdf && return
  mkdir -p "$jars"
  local folder
  folder=$(mktemp -d)
  command -v mvn >/dev/null 2>&1 || has /usr/share/java/ivy.jar || { [ "$(id -u)" -eq 0 ] && install ivy; }
  if command -v mvn >/dev/null 2>&1; then
    timeout 600 mvn -q -B dependency:copy "-Dartifact=org.verapdf.apps:greenfield-apps:$verapdf_version" "-DoutputDirectory=$folder" "-Dmaven.repo.local=$folder/repository" >/dev/null 2>&1
  elif has /usr/share/java/ivy.jar && command -v java >/dev/null 2>&1; then
    timeout 600 java -jar /usr/share/java/ivy.jar -cache "$folder" -dependency org.verapdf.apps greenfield-apps "$verapdf_version" -notransitive >/dev/null 2>&1
  fi
  find "$folder" -name "greenfield-apps-$verapdf_version.jar" -not -path '*/repository/*' -exec mv -f {} "$jars/verapdf.jar" \; 2>/dev/null
  rm -rf "$folder"
  if has_verapdf; then say '✔ veraPDF'; else rm -f "$jars/verapdf.jar"; say '✖ veraPDF: không tải được từ Maven Central (could not be fetched)'; fi
}

missing=()
for entry in "${oracles[@]}"; do
  has "${entry%%:*}" || missing+=("$entry")
done
# A font of Times' widths with every Vietnamese letter; fonts-liberation before version 2 lacks most of them.
compgen -G '/usr/share/fonts/truetype/liberation*/LiberationSerif-Regular.ttf' >/dev/null && fonts=()

if [ ${#missing[@]} -eq 0 ] && [ ${#fonts[@]} -eq 0 ]; then
  fetch_verapdf
  say 'Đủ công cụ đối chứng (all oracles are here).'
  exit 0
fi
if ! command -v apt-get >/dev/null 2>&1 || [ "$(id -u)" -ne 0 ]; then
  say "Thiếu (missing): ${missing[*]##*:} ${fonts[*]:-}"
  fetch_verapdf
  say 'Cần Debian/Ubuntu và quyền root để cài; các phép thử cần chúng sẽ được bỏ qua. (Needs Debian or Ubuntu and root; their tests will be skipped.)'
  exit 0
fi

say 'Đang cập nhật danh mục gói… (updating the package lists)'
timeout 120 apt-get update >/dev/null 2>&1 || say 'Không cập nhật được danh mục gói; thử với danh mục cũ. (No fresh lists; trying with the old ones.)'

for entry in "${missing[@]}"; do
  program=${entry%%:*}
  IFS='|' read -r -a packages <<<"${entry#*:}"
  for package in "${packages[@]}"; do
    install "$package"
    has "$program" && break
  done
  if has "$program"; then say "✔ $program"; else say "✖ $program: không cài được (could not be installed): ${packages[*]}"; fi
done
for font in ${fonts[@]+"${fonts[@]}"}; do
  if install "$font"; then say "✔ $font"; break; else say "✖ $font: không cài được (could not be installed)"; fi
done
fetch_verapdf
exit 0
