"""Words that are people, and words that look like people and are not: data of the wording rules.

First names are the common ones of many countries, without those that are also a word, a month or a well-known tool
(Mark, May, Julia, Jenkins). A name that is missing here is still recognised by its capital letter where only a person
can be meant ("Xanthe forgot"). It knows nothing of who works where.
"""

from __future__ import annotations


def _words(block: str) -> frozenset[str]:
    return frozenset(block.split())


FIRST_NAMES = _words("""
aaron abdul adam adrian agnes ahmed aisha alan albert alejandro aleksandra alessandro alex alexander alexandra alexey
ali alina amanda amelie amina amir amit ana anders andrea andreas andrei andrew andrey angela anita anja anna anne
annette annika anthony antje anton antonio arjun arthur asha astrid barbara bastian beata beatrice ben benjamin bernd
birgit björn boris brenda brian brigitte bruno camila carl carla carlos carmen carol carolin caroline catherine cem
charles charlotte chen chiara chris christa christina christine christoph christopher claire clara claudia claudio
cristina dagmar daniel daniela david deborah denis dennis derek diana dieter dimitri dirk dmitri dmitry dominik donald
dorothea douglas edgar eduardo edward eileen elena elias elif elisabeth elizabeth elke ella ellen emil emily emma eric
erik esther eugene evelyn fabian fatima fatma felipe ferdinand fernando filip fiona florian francesca francesco
francisco franck frank franz françois frederic frederik friedrich fritz gabriel gabriela gabriele georg george gerald
gerhard giulia giuseppe gloria gustav günter hanna hannah hans harald harry hassan heidi heike heinz helen helena
helga helmut hendrik henning henrik henry herbert hiroshi holger ibrahim igor ines inga inge ingrid irene irina isabel
isabella ivan jacob jakob jakub james jana janet janine jean jennifer jens jeremy jessica jim joachim joan joanna joao
johan johanna johannes john jonas jonathan jorge josef joseph joshua josé juan judith juliane julie jutta jörg jürgen
karen karin karl karolina katarzyna katharina katherine kathrin katja kelly kenneth kerstin kevin kim klara klaus
konrad kristina krzysztof lara larissa larry lars laura lauren lea leila lena leo leon leonie lewis li lina linda lisa
lorena louis louise lucas lucia ludwig luis luisa lukas lukasz lutz maarten magda magdalena malte manfred manuel
manuela marcel marcin marco marcus marek margaret maria marianne marie mario marion markus marlene marta martha martin
martina mateusz mathias matthew matthias maurice max maximilian mehmet melanie mia michael michaela michal michelle
miguel mikhail mila milan miriam mohamed mohammed monika moritz murat mustafa nadia nadine naomi natalia natalie
natasha nathan nicholas nick nicolas nicole niels niklas nils nina noah noor nora norbert olaf ole olga oliver olivia
omar oskar pamela paolo patricia patrick paul paula pauline pedro peter petra philip philipp philippe pierre pilar
piotr priya rachel rafael rahul raj ralf ralph rebecca regina reinhard renate ricardo richard rita robert roberto
roland roman ronald rosa ruth samantha samir samuel sandra sara sarah sascha sean sebastian sergei sergey sergio
sharon simon simone sofia sofie sonja sophia sophie stefan stefanie steffen stephan stephanie stephen steve steven
susan susanne sven svenja sylvia tamara tanja tatjana teresa thea theo theresa thomas thorsten tim timo tobias tom
tomasz toni torsten ulrich ulrike ursula uwe valentina vanessa vera veronika victoria viktor vincent vladimir volker
walter wei werner wilhelm william wolfgang xavier yan yasmin yuki yusuf yves zeynep zoë
""")

# Of these the lower-case word is a word of its own, so that only "Max" is a name and "max" is not.
ONLY_WITH_A_CAPITAL = _words("ali ana ben chris jean jim li max ole rosa roman tim toni wei yan leo")

ROLES = _words("""
admin administrator analyst approver architect assignee author committer consultant contractor designer dev developer
engineer freelancer intern junior manager operator programmer reporter reviewer student supplier tester trainee vendor
""")

# Capitalised, and still nobody: they start sentences, name days, or are known tools and companies.
NOT_PEOPLE = _words("""
a after again airflow alertmanager all already also although always amazon an and angular another ansible any anybody
anyone apache apollo april argo artifactory as at athena atlassian august aurora automation autumn azure babel backend
bamboo because before bitbucket black both but cassandra celery chef christian christmas chrome circle clickhouse
cloud cloudflare confluence consul crowd crucible customers cypress data datadog debian december default delphi deno
designers developers django docker drupal each easter edge either elastic elasticsearch elixir elm engineering envoy
etcd even everybody everyone everything excel falcon fastly february finally finance firebase firefox first fisheye
flask flink flutter for friday frontend gatsby gerrit ghost gitea github gitlab google gradle grafana grpc gunicorn
hadoop haproxy harbor he helm heroku hibernate hive honeycomb how however hudson hugo if in infra ingress instead
invoice iris istio it its jackson jaeger january jasmine java jekyll jenkins jest jira july june juno jupiter kafka
karma keycloak kibana knative kong kotlin kubernetes kustomize lambda laravel last legal linkerd linux locust logstash
loki lua lucene luna mac magento management many march mariadb marketing maven may maybe memcached mercury mesos
metabase microsoft minio mocha monday mongo mongodb most mozilla mysql nagios neither netlify new next nexus nginx no
nobody nomad none nothing november now october odin office okta on once one oops openshift operations opsgenie oracle
other our outlook packer pagerduty pandas people perl phoenix php platform playwright podman postfix postgres
postgresql postman prisma product prometheus pulsar puppet python qa quarkus rabbitmq rails raspberry react redis
redshift remix renovate reviewers ruby rust safari sales salesforce salt samsung saturday scala security selenium
sentry september service she sidekiq since slack snowflake so solr some somebody someone sonar spark splunk spring
sqlite still storybook stripe summer sunday support svelte swift tableau tailwind teams tekton telegram tempo
terraform testers thanos that the their then there these they things this those though thursday today together tomcat
traefik travis tuesday twilio two typescript ubuntu unfortunately until users usually vagrant varnish vault vector
velero vercel visitors vite vue we webpack wednesday what when where whether which while who why windows winter
without wordpress xcode yarn yesterday you zabbix zendesk zookeeper zoom
""")
