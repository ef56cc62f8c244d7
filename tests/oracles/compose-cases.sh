m() { mkdir -p "$1"; }
m 01; printf 'services:\n  a: {image: x, ports: ["80","8080-8081:80-81/udp","127.0.0.1:1:1"], expose: [90,"91"]}\n' > 01/compose.yaml
m 02; printf 'services:\n  a: {image: x, environment: [A=1,B], command: "echo \\"a b\\"", entrypoint: [sh,-c]}\n' > 02/compose.yaml
printf 'services:\n  a: {environment: {A: 2, C: 3}, command: [x], ports: ["1:1"]}\n' > 02/compose.override.yaml
m 03; printf 'services:\n  a: {image: "x:${T}-${U:-d}-${V-e}-${W:+w}$$", env_file: e.env}\n' > 03/compose.yaml; printf 'T=1\nW=1\n' > 03/.env; printf 'E=${T}\nQ="a\\nb" # c\nS='"'"'$x'"'"'\nH=a#b\nexport K=v # c\n' > 03/e.env
m 04; printf 'services:\n  base: {image: b, environment: {A: 1}, volumes: ["./d:/d"], labels: [x=1]}\n  app: {extends: base, environment: {B: 2}, volumes: ["./e:/d","vv:/v"], labels: {y: 2}}\nvolumes: {vv: }\n' > 04/compose.yaml
m 05/sub; printf 'services:\n  app: {extends: {file: sub/c.yaml, service: s}, image: z}\n' > 05/compose.yaml; printf 'services:\n  s: {build: ., volumes: ["./d:/d"], env_file: e.env}\n' > 05/sub/c.yaml; echo A=1 > 05/sub/e.env
m 06/inc; printf 'include: [inc/compose.yaml]\nservices:\n  app: {image: x, depends_on: [i]}\n' > 06/compose.yaml; printf 'services:\n  i: {image: "x:${V}", build: {context: ./b, args: [V]}, volumes: ["./d:/d:ro"]}\n' > 06/inc/compose.yaml; echo V=9 > 06/inc/.env
m 07; printf 'services:\n  a: {image: x, ports: ["1:1"], environment: {A: 1}, cap_add: [A], dns: 1.1.1.1}\n' > 07/compose.yaml; printf 'services:\n  a: {ports: !override ["2:2"], environment: !reset {}, cap_add: [B, A], dns: [2.2.2.2]}\n' > 07/compose.override.yaml
m 08; printf 'x-e: &e {A: 1, B: 2}\nservices:\n  a: {image: x, environment: {<<: *e, B: 3}}\n  b: &b {image: y, read_only: true}\n  c: {<<: *b, init: true}\n' > 08/compose.yaml
m 09; printf 'services:\n  a: {image: x, healthcheck: {test: "exit 0", interval: 90s, retries: 3}, restart: always, stop_grace_period: 1m30s, mem_limit: 512m, cpus: 0.5, pids_limit: 10, ulimits: {nproc: 5, nofile: {soft: 1, hard: 2}}, tmpfs: /x, sysctls: [a=1], extra_hosts: ["h:1.2.3.4"], security_opt: [no-new-privileges], cap_drop: [ALL], user: "1:1"}\n' > 09/compose.yaml
m 10; printf 'services:\n  a: {image: x, deploy: {replicas: 2, resources: {limits: {cpus: "0.5", memory: 1g, pids: 3}, reservations: {memory: 5m}}, restart_policy: {condition: any, delay: 5s}, update_config: {order: start-first, parallelism: 2}}}\n' > 10/compose.yaml
m 11; printf 'services:\n  a: {image: x, secrets: [s, {source: t, target: tt, mode: 0440}], configs: [c]}\nsecrets: {s: {file: ./s}, t: {environment: T}}\nconfigs: {c: {content: hi}}\n' > 11/compose.yaml
m 12; printf 'services:\n  a: {image: x, networks: [n, m]}\n  b: {image: x, networks: {n: {aliases: [z], ipv4_address: 1.2.3.4}}}\n  c: {image: x, network_mode: host}\nnetworks: {n: {driver: bridge, internal: true}, m: {external: true, name: mm}}\n' > 12/compose.yaml
m 13; printf 'services:\n  a: {image: x, profiles: [p]}\n  b: {image: y}\n' > 13/compose.yaml
m 14; printf 'services:\n  a: {image: x, privileged: "${P:-true}", ports: ["${PORT:-80}:80"], mem_limit: "${M:-1g}", scale: "${S:-2}"}\n' > 14/compose.yaml
m 15; printf 'services:\n  a: {image: x, volumes: [{type: bind, source: ./d, target: /d, read_only: true, bind: {create_host_path: false}}, {type: tmpfs, target: /t, tmpfs: {size: 10m}}, {type: volume, source: vv, target: /v, volume: {nocopy: true}}, /anon]}\nvolumes: {vv: {driver: local}}\n' > 15/compose.yaml
m 16; printf 'services:\n  a: {image: x, logging: {driver: json-file, options: {a: 1}}}\n  b: {image: x, logging: {driver: json-file, options: {a: 1}}}\n' > 16/compose.yaml; printf 'services:\n  a: {logging: {driver: syslog, options: {b: 2}}}\n  b: {logging: {options: {b: 2}}}\n' > 16/compose.override.yaml
m 17; printf 'services:\n  a: {image: x, depends_on: [b]}\n  b: {image: x}\n  c: {image: x}\n' > 17/compose.yaml; printf 'services:\n  a: {depends_on: {b: {condition: service_healthy}, c: {condition: service_completed_successfully, required: false, restart: true}}}\n' > 17/compose.override.yaml
m 18; printf 'services:\n  a: {image: x, build: .}\n' > 18/compose.yaml; printf 'services:\n  a: {build: {target: t, args: {A: 1}}}\n' > 18/compose.override.yaml
m 19; printf 'services:\n  a: {extends: b}\n  b: {extends: a, image: x}\n' > 19/compose.yaml
m 20; printf 'services:\n  a: {imgae: x}\n' > 20/compose.yaml
m 21; printf 'services:\n  a: {image: "${X:?need X}"}\n' > 21/compose.yaml
m 22; printf 'services:\n  a: {image: x, depends_on: [b]}\n  b: {image: x, depends_on: [a]}\n' > 22/compose.yaml
m 23; printf 'services:\n  a: {image: x, environment: }\n' > 23/compose.yaml
m 24; printf 'include: [a.yaml]\nservices:\n  a: {image: x}\n' > 24/compose.yaml; printf 'services:\n  a: {image: y}\n' > 24/a.yaml
m 25; printf 'services:\n  a: {image: "x:${UNSET}"}\n' > 25/compose.yaml
m 26; printf 'services:\n  a: {image: x, volumes: ["v:/v"]}\nvolumes: {v: }\n' > 26/compose.yaml
m 27; printf 'services:\n  a: {image: x, privileged: yes, ports: [80, 81], user: 0}\n' > 27/compose.yaml
m 28; printf 'services:\n  a: {image: x, volumes: ["nn:/v"]}\n' > 28/compose.yaml
