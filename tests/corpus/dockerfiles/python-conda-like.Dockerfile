FROM continuumio/miniconda3:24.7.1-0
SHELL ["/bin/bash", "--login", "-c"]
COPY environment.yml /tmp/environment.yml
RUN conda env create -f /tmp/environment.yml && conda clean -afy
RUN echo "conda activate app" >> ~/.bashrc
RUN conda list | grep numpy
ENTRYPOINT ["conda", "run", "-n", "app", "python", "main.py"]
